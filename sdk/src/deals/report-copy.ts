import type { Hex } from "viem";
import { onDeals } from "../actions/contracts.ts";

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

/** {@link reportCopy}, waited for: the receipt, and that the contract told. @throws ActionError */
export const reportCopySync = action.sync;
export type ReportCopySyncReturnType = Awaited<ReturnType<typeof reportCopySync>>;

/** The call of {@link reportCopy}, to batch or to simulate. */
export const reportCopyCall = action.call;
