import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface IsArbiterAcceptedParameters {
  /** The compute node's account. */
  worker: Address;
  arbiter: Address;
}

/**
 * Whether a worker takes jobs that name this arbiter.
 * @throws ActionError
 */
export const isArbiterAccepted = onComputeRegistry.read(
  "accepts",
  ({ worker, arbiter }: IsArbiterAcceptedParameters) => [worker, arbiter],
);
export type IsArbiterAcceptedReturnType = Awaited<ReturnType<typeof isArbiterAccepted>>;
