import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface SetOperatorApprovalParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** The StorageDeals contract, or another operator. */
  operator: Address;
  /** false stops new rails only. */
  approved: boolean;
  /** Greatest sum of its rails' rates, token units an epoch. */
  rateAllowance: bigint;
  /** Greatest lockup of its rails, token units. */
  lockupAllowance: bigint;
  /** Greatest lockup period of a rail, epochs. */
  maxLockupPeriod: bigint;
}

const action = onPay.write(
  "setOperatorApproval",
  ({
    token,
    operator,
    approved,
    rateAllowance,
    lockupAllowance,
    maxLockupPeriod,
  }: SetOperatorApprovalParameters) => [
    token,
    operator,
    approved,
    rateAllowance,
    lockupAllowance,
    maxLockupPeriod,
  ],
  { event: "OperatorApprovalUpdated" },
);

/**
 * Lets an operator open rails that the sender pays, within bounds. `quoteDeal` tells what a deal takes of them.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const setOperatorApproval = action.send;

/** {@link setOperatorApproval}, waited for: the receipt, OperatorApprovalUpdated, and all that the contract told. @throws ActionError */
export const setOperatorApprovalSync = action.sync;
export type SetOperatorApprovalSyncReturnType = Awaited<ReturnType<typeof setOperatorApprovalSync>>;

/** The call of {@link setOperatorApproval}, to batch or to simulate. */
export const setOperatorApprovalCall = action.call;

/** The OperatorApprovalUpdated of {@link setOperatorApproval} in a receipt. @throws EventMissingError */
export const extractSetOperatorApprovalEvent = action.extract;
