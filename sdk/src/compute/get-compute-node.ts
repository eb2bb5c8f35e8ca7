import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface GetComputeNodeParameters {
  /** The compute node's account. */
  worker: Address;
}

/**
 * A worker as registered. An `operator` of zero: it is not.
 * @throws ActionError
 */
export const getComputeNode = onComputeRegistry.read("nodeOf", ({ worker }: GetComputeNodeParameters) => [
  worker,
]);
export type GetComputeNodeReturnType = Awaited<ReturnType<typeof getComputeNode>>;
