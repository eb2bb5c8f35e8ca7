import { onDeals } from "../actions/contracts.ts";

export interface SettleDealParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

const action = onDeals.write("settle", ({ dealId }: SettleDealParameters) => [dealId], {
  event: ["DealSettled", "DealSettlementRefused"],
});

/**
 * Pokes a deal and settles its rail as far as evidence reaches. Anyone may; no progress is no error. Tells DealSettled, or
 * DealSettlementRefused with Filecoin Pay's reason.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const settleDeal = action.send;

/** {@link settleDeal}, waited for: the receipt, DealSettled or DealSettlementRefused, and all that the contract told. @throws ActionError */
export const settleDealSync = action.sync;
export type SettleDealSyncReturnType = Awaited<ReturnType<typeof settleDealSync>>;

/** The call of {@link settleDeal}, to batch or to simulate. */
export const settleDealCall = action.call;

/** The DealSettled or DealSettlementRefused of {@link settleDeal} in a receipt. @throws EventMissingError */
export const extractSettleDealEvent = action.extract;
