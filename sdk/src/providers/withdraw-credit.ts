import type { Address } from "viem";
import { onRegistry } from "../actions/contracts.ts";

export interface WithdrawCreditParameters {
  /** Who gets it; an f0 id in masked form will do. */
  to: Address;
}

const action = onRegistry.write("withdrawCredit", ({ to }: WithdrawCreditParameters) => [to], {
  event: "ProviderCreditWithdrawn",
});

/**
 * Pays out the sender's credit from slashes, forfeits and tips, attoFIL.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const withdrawCredit = action.send;

/** {@link withdrawCredit}, waited for: the receipt, ProviderCreditWithdrawn, and all that the contract told. @throws ActionError */
export const withdrawCreditSync = action.sync;
export type WithdrawCreditSyncReturnType = Awaited<ReturnType<typeof withdrawCreditSync>>;

/** The call of {@link withdrawCredit}, to batch or to simulate. */
export const withdrawCreditCall = action.call;

/** The ProviderCreditWithdrawn of {@link withdrawCredit} in a receipt. @throws EventMissingError */
export const extractWithdrawCreditEvent = action.extract;
