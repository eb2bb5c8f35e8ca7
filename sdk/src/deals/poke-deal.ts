import { onDeals } from "../actions/contracts.ts";

export interface PokeDealParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("poke", ({ dealId }: PokeDealParameters) => [dealId]);

/**
 * Applies time, evidence and the payer's account to a deal: copies expire, complete, fail and are slashed, the rail follows.
 * Anyone may. Tells what became of it, which may be nothing.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const pokeDeal = action.send;

/** {@link pokeDeal}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const pokeDealSync = action.sync;
export type PokeDealSyncReturnType = Awaited<ReturnType<typeof pokeDealSync>>;

/** The call of {@link pokeDeal}, to batch or to simulate. */
export const pokeDealCall = action.call;

/** What {@link pokeDeal} changed, as told in a receipt: nothing, or all that StorageDeals told. */
export const extractPokeDealEvents: typeof onDeals.eventsOf = onDeals.eventsOf;
