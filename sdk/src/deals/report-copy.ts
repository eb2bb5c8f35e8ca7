import type { Hex } from "viem";
import { onDeals, onEvidence } from "../actions/contracts.ts";
import { REPORT_OUTCOMES } from "../evidence/observations.ts";

export interface ReportCopyParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
  /** Where the sector is: `location` of `lookAtSector`. */
  location: Hex;
}

const action = onDeals.write("report", ({ copyId, location }: ReportCopyParameters) => [copyId, location]);

/**
 * Reports an active copy's sector and pokes its deal: the sender is the reporter, who earns a share of a slash. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const reportCopy = action.send;

/** {@link reportCopy}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const reportCopySync = action.sync;
export type ReportCopySyncReturnType = Awaited<ReturnType<typeof reportCopySync>>;

/** The call of {@link reportCopy}, to batch or to simulate. */
export const reportCopyCall = action.call;

/**
 * What SectorEvidence made of {@link reportCopy} in a receipt: EvidenceDeathRecorded, EvidenceFaultReported, or
 * EvidenceSkipped with the reason (`SKIP_REASONS`). An address, if given, is that of SectorEvidence.
 * @throws EventMissingError
 */
export const extractReportCopyEvent = onEvidence.extractor(REPORT_OUTCOMES);
