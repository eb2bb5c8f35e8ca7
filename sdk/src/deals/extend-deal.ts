import type { Hex } from "viem";
import { onDeals } from "../actions/contracts.ts";

export interface ExtendDealParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
  /** The new last epoch, beyond the present one. */
  newEnd: bigint;
  /** Per live copy, in index order, its sector's `location` of `lookAtSector`. */
  locations: readonly Hex[];
}

const action = onDeals.write(
  "extend",
  ({ dealId, newEnd, locations }: ExtendDealParameters) => [dealId, newEnd, locations],
  { event: "DealExtended" },
);

/**
 * Moves a deal's end without resealing. Sent by the client, or within its `setAutoExtend` by a controlling address of the
 * provider's miner. The sectors must be active, and committed up to the new end.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const extendDeal = action.send;

/** {@link extendDeal}, waited for: the receipt, DealExtended, and all that the contract told. @throws ActionError */
export const extendDealSync = action.sync;
export type ExtendDealSyncReturnType = Awaited<ReturnType<typeof extendDealSync>>;

/** The call of {@link extendDeal}, to batch or to simulate. */
export const extendDealCall = action.call;

/** The DealExtended of {@link extendDeal} in a receipt. @throws EventMissingError */
export const extractExtendDealEvent = action.extract;
