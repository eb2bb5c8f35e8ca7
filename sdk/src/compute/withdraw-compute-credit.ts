import type { Address } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface WithdrawComputeCreditParameters {
  /** The zero address is FIL. */
  token: Address;
  /** Who gets it. */
  to: Address;
}

const action = onEscrow.write("withdraw", ({ token, to }: WithdrawComputeCreditParameters) => [token, to], {
  event: "ComputeWithdrawn",
});

/**
 * Pays out all credit of the sender: prices, refunds, bonds, rewards.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const withdrawComputeCredit = action.send;

/** {@link withdrawComputeCredit}, waited for: the receipt, ComputeWithdrawn, and all that the contract told. @throws ActionError */
export const withdrawComputeCreditSync = action.sync;
export type WithdrawComputeCreditSyncReturnType = Awaited<ReturnType<typeof withdrawComputeCreditSync>>;

/** The call of {@link withdrawComputeCredit}, to batch or to simulate. */
export const withdrawComputeCreditCall = action.call;

/** The ComputeWithdrawn of {@link withdrawComputeCredit} in a receipt. @throws EventMissingError */
export const extractWithdrawComputeCreditEvent = action.extract;
