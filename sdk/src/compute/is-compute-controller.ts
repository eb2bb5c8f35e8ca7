import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface IsComputeControllerParameters {
  /** The compute node's account. */
  worker: Address;
  /** The provider: its miner's actor id. */
  provider: bigint;
}

/**
 * Whether a worker's confirmed operator controls a provider, as the miner actor last said (`checkComputeControl`).
 * @throws ActionError
 */
export const isComputeController = onComputeRegistry.read(
  "controls",
  ({ worker, provider }: IsComputeControllerParameters) => [worker, provider],
);
export type IsComputeControllerReturnType = Awaited<ReturnType<typeof isComputeController>>;
