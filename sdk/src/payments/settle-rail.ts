import { onPay } from "../actions/contracts.ts";

export interface SettleRailParameters {
  /** The rail's id; a deal's rail has the deal's id. */
  railId: bigint;
  /** At most the current epoch. */
  untilEpoch: bigint;
}

const action = onPay.write("settleRail", ({ railId, untilEpoch }: SettleRailParameters) => [
  railId,
  untilEpoch,
]);

/**
 * Settles a rail as far as its validator lets it. Anyone may. Tells RailSettled, and RailFinalized once nothing is left. For a
 * deal take `settleDeal`, which does not mind if there is no progress.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const settleRail = action.send;

/** {@link settleRail}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const settleRailSync = action.sync;
export type SettleRailSyncReturnType = Awaited<ReturnType<typeof settleRailSync>>;

/** The call of {@link settleRail}, to batch or to simulate. */
export const settleRailCall = action.call;

/** The RailSettled and RailFinalized of {@link settleRail} in a receipt: none if the payer was dry. */
export const extractSettleRailEvents = onPay.extractorOfAll("RailSettled", "RailFinalized");
