import { type Address, zeroAddress } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface DepositComputeCreditParameters {
  /** The zero address is FIL. */
  token: Address;
  /** Token units, or attoFIL. */
  amount: bigint;
}

const action = onEscrow.write(
  "deposit",
  ({ token, amount }: DepositComputeCreditParameters) => [token, amount],
  { event: "ComputeDeposited", paying: ({ token, amount }) => (token === zeroAddress ? amount : undefined) },
);

/**
 * Adds to the sender's credit, for jobs to come: FIL as value, any other token by an allowance.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const depositComputeCredit = action.send;

/** {@link depositComputeCredit}, waited for: the receipt, ComputeDeposited, and all that the contract told. @throws ActionError */
export const depositComputeCreditSync = action.sync;
export type DepositComputeCreditSyncReturnType = Awaited<ReturnType<typeof depositComputeCreditSync>>;

/** The call of {@link depositComputeCredit}, to batch or to simulate. */
export const depositComputeCreditCall = action.call;

/** The ComputeDeposited of {@link depositComputeCredit} in a receipt. @throws EventMissingError */
export const extractDepositComputeCreditEvent = action.extract;
