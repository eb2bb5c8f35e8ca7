import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface CheckComputeControlParameters {
  operator: Address;
  /** The provider: its miner's actor id. */
  provider: bigint;
}

const action = onComputeRegistry.write(
  "checkControl",
  ({ operator, provider }: CheckComputeControlParameters) => [operator, provider],
  { event: "ComputeControlChecked" },
);

/**
 * Asks the miner actor whether an operator controls a provider, and has the answer kept, for data locality. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const checkComputeControl = action.send;

/** {@link checkComputeControl}, waited for: the receipt, ComputeControlChecked, and all that the contract told. @throws ActionError */
export const checkComputeControlSync = action.sync;
export type CheckComputeControlSyncReturnType = Awaited<ReturnType<typeof checkComputeControlSync>>;

/** The call of {@link checkComputeControl}, to batch or to simulate. */
export const checkComputeControlCall = action.call;

/** The ComputeControlChecked of {@link checkComputeControl} in a receipt. @throws EventMissingError */
export const extractCheckComputeControlEvent = action.extract;
