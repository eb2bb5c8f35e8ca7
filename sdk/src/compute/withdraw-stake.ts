import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface WithdrawStakeParameters {
  /** The zero address is FIL. */
  token: Address;
  /** Who gets it. */
  to: Address;
}

const action = onComputeRegistry.write("withdraw", ({ token, to }: WithdrawStakeParameters) => [token, to], {
  event: "ComputeStakeWithdrawn",
});

/**
 * Takes out what the sender, a worker, has unbonded, after the wait.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const withdrawStake = action.send;

/** {@link withdrawStake}, waited for: the receipt, ComputeStakeWithdrawn, and all that the contract told. @throws ActionError */
export const withdrawStakeSync = action.sync;
export type WithdrawStakeSyncReturnType = Awaited<ReturnType<typeof withdrawStakeSync>>;

/** The call of {@link withdrawStake}, to batch or to simulate. */
export const withdrawStakeCall = action.call;

/** The ComputeStakeWithdrawn of {@link withdrawStake} in a receipt. @throws EventMissingError */
export const extractWithdrawStakeEvent = action.extract;
