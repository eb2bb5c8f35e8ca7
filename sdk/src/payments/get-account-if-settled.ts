import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface GetAccountIfSettledParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** Whose account. */
  owner: Address;
}

/**
 * An account as it is now, token units; `fundedUntilEpoch` is 2^256 - 1 for an account without a stream.
 * @throws ActionError
 */
export const getAccountIfSettled = onPay.read(
  "getAccountInfoIfSettled",
  ({ token, owner }: GetAccountIfSettledParameters) => [token, owner],
  ([fundedUntilEpoch, currentFunds, availableFunds, currentLockupRate]) => ({
    ...{ fundedUntilEpoch, currentFunds, availableFunds, currentLockupRate },
  }),
);
export type GetAccountIfSettledReturnType = Awaited<ReturnType<typeof getAccountIfSettled>>;
