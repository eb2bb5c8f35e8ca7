import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface WithdrawParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** Token units. */
  amount: bigint;
}

const action = onPay.write("withdraw", ({ token, amount }: WithdrawParameters) => [token, amount], {
  event: "WithdrawRecorded",
});

/**
 * Withdraws from the sender's account what is neither locked nor owed.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const withdraw = action.send;

/** {@link withdraw}, waited for: the receipt, WithdrawRecorded, and all that the contract told. @throws ActionError */
export const withdrawSync = action.sync;
export type WithdrawSyncReturnType = Awaited<ReturnType<typeof withdrawSync>>;

/** The call of {@link withdraw}, to batch or to simulate. */
export const withdrawCall = action.call;

/** The WithdrawRecorded of {@link withdraw} in a receipt. @throws EventMissingError */
export const extractWithdrawEvent = action.extract;
