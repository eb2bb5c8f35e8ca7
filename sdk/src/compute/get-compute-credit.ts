import type { Address } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface GetComputeCreditParameters {
  /** Whose. */
  account: Address;
  /** The zero address is FIL. */
  token: Address;
}

/**
 * What an account may withdraw from ComputeEscrow, or have jobs paid from, in the smallest unit of the token.
 * @throws ActionError
 */
export const getComputeCredit = onEscrow.read(
  "creditOf",
  ({ account, token }: GetComputeCreditParameters) => [account, token],
);
export type GetComputeCreditReturnType = Awaited<ReturnType<typeof getComputeCredit>>;
