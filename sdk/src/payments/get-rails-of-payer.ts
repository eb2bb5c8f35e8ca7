import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface GetRailsOfPayerParameters {
  /** The payer. */
  payer: Address;
  /** The token; the zero address is FIL. */
  token: Address;
  /** At most how many; 0: all. */
  limit: bigint;
  /** How many to leave out. Default 0. */
  offset?: bigint;
}

/**
 * A page of the rails of a payer in a token; `nextOffset` is `total` at the end.
 * @throws ActionError
 */
export const getRailsOfPayer = onPay.read(
  "getRailsForPayerAndToken",
  ({ payer, token, limit, offset = 0n }: GetRailsOfPayerParameters) => [payer, token, offset, limit],
  ([rails, nextOffset, total]) => ({ rails, nextOffset, total }),
);
export type GetRailsOfPayerReturnType = Awaited<ReturnType<typeof getRailsOfPayer>>;
