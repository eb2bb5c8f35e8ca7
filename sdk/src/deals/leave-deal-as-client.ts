import { onDeals } from "../actions/contracts.ts";

export interface LeaveDealAsClientParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("leaveAsClient", ({ dealId }: LeaveDealAsClientParameters) => [dealId], {
  event: "DealLeft",
});

/**
 * Leaves a deal as its client: pays the exit fee, and the rail ends after its period. Copies go on being proven, paid and
 * slashed until then.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const leaveDealAsClient = action.send;

/** {@link leaveDealAsClient}, waited for: the receipt, DealLeft, and all that the contract told. @throws ActionError */
export const leaveDealAsClientSync = action.sync;
export type LeaveDealAsClientSyncReturnType = Awaited<ReturnType<typeof leaveDealAsClientSync>>;

/** The call of {@link leaveDealAsClient}, to batch or to simulate. */
export const leaveDealAsClientCall = action.call;

/** The DealLeft of {@link leaveDealAsClient} in a receipt. @throws EventMissingError */
export const extractLeaveDealAsClientEvent = action.extract;
