export * from "./extend-commitment.ts";
export * from "./get-evidence-parameters.ts";
export * from "./get-evidence-record.ts";
export * from "./get-evidence-records.ts";
export * from "./get-proven-epochs.ts";
export * from "./get-proven-epochs-of-many.ts";
export * from "./get-sector-trace.ts";
export {
  type LookAtSectorParameters,
  lookAtSector,
  type SectorLook,
  SectorLookError,
} from "./look-at-sector.ts";
export {
  OBSERVATIONS,
  type Observation,
  SKIP_REASONS,
  type SkipReason,
} from "./observations.ts";
export * from "./refresh-sectors.ts";
export * from "./report-sector.ts";
export * from "./subject-of.ts";
