import { onDeals } from "../actions/contracts.ts";

export interface DeclineDealParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("decline", ({ dealId }: DeclineDealParameters) => [dealId]);

/**
 * Declines what is still proposed of a deal: those copies expire, nobody is slashed. Sent by a controlling address of the
 * provider's miner. Tells DealCopyEnded per copy, and DealLeft if no copy is left.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const declineDeal = action.send;

/** {@link declineDeal}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const declineDealSync = action.sync;
export type DeclineDealSyncReturnType = Awaited<ReturnType<typeof declineDealSync>>;

/** The call of {@link declineDeal}, to batch or to simulate. */
export const declineDealCall = action.call;

/** The DealCopyEnded of {@link declineDeal} in a receipt, one per copy. */
export const extractDeclineDealEvents = onDeals.extractorOfAll("DealCopyEnded");
