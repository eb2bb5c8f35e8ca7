import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface GetCollectableStakeParameters {
  /** The zero address is FIL. */
  token: Address;
}

/**
 * Of slashed stakes what still lies in the registry, in the smallest unit of the token.
 * @throws ActionError
 */
export const getCollectableStake = onComputeRegistry.read(
  "collectable",
  ({ token }: GetCollectableStakeParameters) => [token],
);
export type GetCollectableStakeReturnType = Awaited<ReturnType<typeof getCollectableStake>>;
