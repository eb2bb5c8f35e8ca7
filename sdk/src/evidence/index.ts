export { SectorLookError } from "./ask-miner.ts";
export * from "./extend-commitment.ts";
export * from "./get-evidence-parameters.ts";
export * from "./get-evidence-record.ts";
export * from "./get-evidence-records.ts";
export * from "./get-proven-epochs.ts";
export * from "./get-proven-epochs-of-many.ts";
export * from "./get-sector-expiration.ts";
export * from "./get-sector-trace.ts";
export * from "./locate-sector.ts";
export * from "./look-at-sector.ts";
export {
  OBSERVATIONS,
  type Observation,
  SKIP_REASONS,
  type SkipReason,
} from "./observations.ts";
export * from "./refresh-sectors.ts";
export * from "./report-sector.ts";
export * from "./subject-of.ts";
