import type { Address } from "viem";
import { calling } from "../actions/contract-actions.ts";
import { onSingleArbiter } from "../actions/contracts.ts";

export interface CollectArbiterFeesParameters {
  /** The zero address is FIL. */
  token: Address;
}

const action = onSingleArbiter.write("collect", ({ token }: CollectArbiterFeesParameters) => [token], {
  event: "ArbiterFeesPaid",
});

/**
 * Has ComputeEscrow pay what an arbiter earned to its payee. Anyone may. `address` names the arbiter, of either kind; default:
 * the SingleArbiter that is known.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const collectArbiterFees = calling(["SingleArbiter.collect", "PanelArbiter.collect"], action.send);

/** {@link collectArbiterFees}, waited for: the receipt, ArbiterFeesPaid, and all that the contract told. @throws ActionError */
export const collectArbiterFeesSync = action.sync;
export type CollectArbiterFeesSyncReturnType = Awaited<ReturnType<typeof collectArbiterFeesSync>>;

/** The call of {@link collectArbiterFees}, to batch or to simulate. */
export const collectArbiterFeesCall = action.call;

/** The ArbiterFeesPaid of {@link collectArbiterFees} in a receipt. @throws EventMissingError */
export const extractCollectArbiterFeesEvent = action.extract;
