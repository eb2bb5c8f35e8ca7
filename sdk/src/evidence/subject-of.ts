import { calling } from "../actions/contract-actions.ts";

export interface SubjectOfParameters {
  /** The miner's actor id. */
  miner: bigint;
  sector: bigint;
}

/** What evidence about a sector is recorded under: miner << 64 | sector. @throws RangeError if one is no uint64 */
export const subjectOf = calling(
  ["SectorEvidence.subjectOf"],
  ({ miner, sector }: SubjectOfParameters): bigint => (uint64(miner) << 64n) | uint64(sector),
);

function uint64(value: bigint): bigint {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} is not a uint64.`);
  return value;
}
