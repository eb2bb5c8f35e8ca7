import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface GetComputeOperatorParameters {
  /** The compute node's account. */
  worker: Address;
}

/**
 * The confirmed operator of a worker, else the worker itself.
 * @throws ActionError
 */
export const getComputeOperator = onComputeRegistry.read(
  "operatorOf",
  ({ worker }: GetComputeOperatorParameters) => [worker],
);
export type GetComputeOperatorReturnType = Awaited<ReturnType<typeof getComputeOperator>>;
