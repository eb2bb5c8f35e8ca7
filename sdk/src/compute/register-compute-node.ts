import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface RegisterComputeNodeParameters {
  /** Who stands behind the worker; may be the worker itself. */
  operator: Address;
  /** Base URL, at most 256 bytes; for people and schedulers. */
  endpoint: string;
}

const action = onComputeRegistry.write(
  "register",
  ({ operator, endpoint }: RegisterComputeNodeParameters) => [operator, endpoint],
  { event: "ComputeNodeRegistered" },
);

/**
 * Registers the sender as a worker, or changes its operator and endpoint. A new operator has to confirm: `confirmComputeNode`.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const registerComputeNode = action.send;

/** {@link registerComputeNode}, waited for: the receipt, ComputeNodeRegistered, and all that the contract told. @throws ActionError */
export const registerComputeNodeSync = action.sync;
export type RegisterComputeNodeSyncReturnType = Awaited<ReturnType<typeof registerComputeNodeSync>>;

/** The call of {@link registerComputeNode}, to batch or to simulate. */
export const registerComputeNodeCall = action.call;

/** The ComputeNodeRegistered of {@link registerComputeNode} in a receipt. @throws EventMissingError */
export const extractRegisterComputeNodeEvent = action.extract;
