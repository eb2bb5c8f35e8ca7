import type { Address } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface GetUncollectedStakeParameters {
  /** The zero address is FIL. */
  token: Address;
}

/**
 * Of slashed stakes what ComputeEscrow has yet to fetch from ComputeRegistry; the next withdrawal in the token does.
 * @throws ActionError
 */
export const getUncollectedStake = onEscrow.read(
  "uncollected",
  ({ token }: GetUncollectedStakeParameters) => [token],
);
export type GetUncollectedStakeReturnType = Awaited<ReturnType<typeof getUncollectedStake>>;
