import { type Address, zeroAddress } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface DepositStakeParameters {
  /** The compute node's account. */
  worker: Address;
  /** The zero address is FIL. */
  token: Address;
  /** Token units, or attoFIL. */
  amount: bigint;
}

const action = onComputeRegistry.write(
  "deposit",
  ({ worker, token, amount }: DepositStakeParameters) => [worker, token, amount],
  {
    event: "ComputeStakeDeposited",
    paying: ({ token, amount }) => (token === zeroAddress ? amount : undefined),
  },
);

/**
 * Adds to a worker's free stake: FIL as value, any other token by an allowance that the sender gave ComputeRegistry. Anyone may; only
 * the worker takes it out.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const depositStake = action.send;

/** {@link depositStake}, waited for: the receipt, ComputeStakeDeposited, and all that the contract told. @throws ActionError */
export const depositStakeSync = action.sync;
export type DepositStakeSyncReturnType = Awaited<ReturnType<typeof depositStakeSync>>;

/** The call of {@link depositStake}, to batch or to simulate. */
export const depositStakeCall = action.call;

/** The ComputeStakeDeposited of {@link depositStake} in a receipt. @throws EventMissingError */
export const extractDepositStakeEvent = action.extract;
