import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface GetRailsOfPayeeParameters {
  /** The payee. */
  payee: Address;
  /** The token; the zero address is FIL. */
  token: Address;
  /** At most how many; 0: all. */
  limit: bigint;
  /** How many to leave out. Default 0. */
  offset?: bigint;
}

/**
 * A page of the rails of a payee in a token; `nextOffset` is `total` at the end.
 * @throws ActionError
 */
export const getRailsOfPayee = onPay.read(
  "getRailsForPayeeAndToken",
  ({ payee, token, limit, offset = 0n }: GetRailsOfPayeeParameters) => [payee, token, offset, limit],
  ([rails, nextOffset, total]) => ({ rails, nextOffset, total }),
);
export type GetRailsOfPayeeReturnType = Awaited<ReturnType<typeof getRailsOfPayee>>;
