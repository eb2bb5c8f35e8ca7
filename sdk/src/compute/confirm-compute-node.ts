import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface ConfirmComputeNodeParameters {
  /** The compute node's account. */
  worker: Address;
}

const action = onComputeRegistry.write("confirm", ({ worker }: ConfirmComputeNodeParameters) => [worker], {
  event: "ComputeOperatorConfirmed",
});

/**
 * Confirms that the sender stands behind a worker that named it as its operator. Until then the worker counts as its own.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const confirmComputeNode = action.send;

/** {@link confirmComputeNode}, waited for: the receipt, ComputeOperatorConfirmed, and all that the contract told. @throws ActionError */
export const confirmComputeNodeSync = action.sync;
export type ConfirmComputeNodeSyncReturnType = Awaited<ReturnType<typeof confirmComputeNodeSync>>;

/** The call of {@link confirmComputeNode}, to batch or to simulate. */
export const confirmComputeNodeCall = action.call;

/** The ComputeOperatorConfirmed of {@link confirmComputeNode} in a receipt. @throws EventMissingError */
export const extractConfirmComputeNodeEvent = action.extract;
