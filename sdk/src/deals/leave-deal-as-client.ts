import { onDeals } from "../actions/contracts.ts";

export interface LeaveDealAsClientParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("leaveAsClient", ({ dealId }: LeaveDealAsClientParameters) => [dealId], {
  event: "DealLeft",
});

/**
 * Leaves a deal as its client: the rail ends after its period, and copies go on being proven, paid and slashed until then.
 * The exit fee is taken at once, or by a later poke while copies are still proposed. DealTermEndsFirst if that is not early.
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
