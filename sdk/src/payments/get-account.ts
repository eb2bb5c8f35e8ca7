import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface GetAccountParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** Whose account. */
  owner: Address;
}

/**
 * An account as stored: token units, locked up to the epoch `lockupLastSettledAt` only.
 * @throws ActionError
 */
export const getAccount = onPay.read(
  "accounts",
  ({ token, owner }: GetAccountParameters) => [token, owner],
  ([funds, lockupCurrent, lockupRate, lockupLastSettledAt]) => ({
    ...{ funds, lockupCurrent, lockupRate, lockupLastSettledAt },
  }),
);
export type GetAccountReturnType = Awaited<ReturnType<typeof getAccount>>;
