import type { Hex } from "viem";
import { onEvidence } from "../actions/contracts.ts";
import { REPORT_OUTCOMES } from "./observations.ts";

export interface ReportSectorParameters {
  /** The miner's actor id. */
  miner: bigint;
  /** The sector's number. */
  sector: bigint;
  /** Where the sector is: `location` of `lookAtSector`. */
  location: Hex;
}

const action = onEvidence.write(
  "report",
  ({ miner, sector, location }: ReportSectorParameters) => [miner, sector, location],
  { event: REPORT_OUTCOMES },
);

/**
 * Asks the miner whether a sector is Dead, then whether it is Faulty, and records it; the sender is the reporter. Anyone may.
 * Tells EvidenceDeathRecorded, EvidenceFaultReported or EvidenceSkipped. For a copy of a deal take `reportCopy`.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const reportSector = action.send;

/** {@link reportSector}, waited for: the receipt, what came of it, and all that the contract told. @throws ActionError */
export const reportSectorSync = action.sync;
export type ReportSectorSyncReturnType = Awaited<ReturnType<typeof reportSectorSync>>;

/** The call of {@link reportSector}, to batch or to simulate. */
export const reportSectorCall = action.call;

/** The EvidenceDeathRecorded, EvidenceFaultReported or EvidenceSkipped of {@link reportSector} in a receipt. @throws EventMissingError */
export const extractReportSectorEvent = action.extract;
