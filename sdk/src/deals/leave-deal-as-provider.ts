import { onDeals } from "../actions/contracts.ts";

export interface LeaveDealAsProviderParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("leaveAsProvider", ({ dealId }: LeaveDealAsProviderParameters) => [dealId], {
  event: "DealLeft",
});

/**
 * Leaves a deal as its provider, sent by the miner's owner. It loses exitBps of its live copies' bond if the rail ends
 * before the term.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const leaveDealAsProvider = action.send;

/** {@link leaveDealAsProvider}, waited for: the receipt, DealLeft, and all that the contract told. @throws ActionError */
export const leaveDealAsProviderSync = action.sync;
export type LeaveDealAsProviderSyncReturnType = Awaited<ReturnType<typeof leaveDealAsProviderSync>>;

/** The call of {@link leaveDealAsProvider}, to batch or to simulate. */
export const leaveDealAsProviderCall = action.call;

/** The DealLeft of {@link leaveDealAsProvider} in a receipt. @throws EventMissingError */
export const extractLeaveDealAsProviderEvent = action.extract;
