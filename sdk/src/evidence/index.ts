export {
  type LookAtSectorParameters,
  lookAtSector,
  type SectorLook,
  SectorLookError,
} from "./look-at-sector.ts";
