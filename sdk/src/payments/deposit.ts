import { type Address, zeroAddress } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface DepositParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** Whose account. */
  to: Address;
  /** Token units. */
  amount: bigint;
}

const action = onPay.write("deposit", ({ token, to, amount }: DepositParameters) => [token, to, amount], {
  event: "DepositRecorded",
  paying: ({ token, amount }) => (token === zeroAddress ? amount : undefined),
});

/**
 * Deposits into an account of Filecoin Pay: FIL as value, any other token by an allowance that the sender gave Filecoin Pay.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const deposit = action.send;

/** {@link deposit}, waited for: the receipt, DepositRecorded, and all that the contract told. @throws ActionError */
export const depositSync = action.sync;
export type DepositSyncReturnType = Awaited<ReturnType<typeof depositSync>>;

/** The call of {@link deposit}, to batch or to simulate. */
export const depositCall = action.call;

/** The DepositRecorded of {@link deposit} in a receipt. @throws EventMissingError */
export const extractDepositEvent = action.extract;
