import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface GetStakeParameters {
  /** The compute node's account. */
  worker: Address;
  /** The zero address is FIL. */
  token: Address;
}

/**
 * A worker's stake in the smallest unit of the token: free, locked by tasks, unbonding until an epoch.
 * @throws ActionError
 */
export const getStake = onComputeRegistry.read("stakeOf", ({ worker, token }: GetStakeParameters) => [
  worker,
  token,
]);
export type GetStakeReturnType = Awaited<ReturnType<typeof getStake>>;
