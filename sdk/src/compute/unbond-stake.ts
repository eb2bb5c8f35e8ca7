import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface UnbondStakeParameters {
  /** The zero address is FIL. */
  token: Address;
  /** Token units, or attoFIL, of the free stake. */
  amount: bigint;
}

const action = onComputeRegistry.write(
  "unbond",
  ({ token, amount }: UnbondStakeParameters) => [token, amount],
  { event: "ComputeUnbondingStarted" },
);

/**
 * Begins to take out free stake of the sender, a worker: it waits for the unbonding time (`getComputeRegistryParameters`), anew for
 * all of it.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const unbondStake = action.send;

/** {@link unbondStake}, waited for: the receipt, ComputeUnbondingStarted, and all that the contract told. @throws ActionError */
export const unbondStakeSync = action.sync;
export type UnbondStakeSyncReturnType = Awaited<ReturnType<typeof unbondStakeSync>>;

/** The call of {@link unbondStake}, to batch or to simulate. */
export const unbondStakeCall = action.call;

/** The ComputeUnbondingStarted of {@link unbondStake} in a receipt. @throws EventMissingError */
export const extractUnbondStakeEvent = action.extract;
