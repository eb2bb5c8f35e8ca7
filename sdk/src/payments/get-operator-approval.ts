import type { Address } from "viem";
import { onPay } from "../actions/contracts.ts";

export interface GetOperatorApprovalParameters {
  /** The token; the zero address is FIL. */
  token: Address;
  /** Who approved. */
  client: Address;
  /** Who was approved. */
  operator: Address;
}

/**
 * What an operator may do and does, see `setOperatorApproval`.
 * @throws ActionError
 */
export const getOperatorApproval = onPay.read(
  "operatorApprovals",
  ({ token, client, operator }: GetOperatorApprovalParameters) => [token, client, operator],
  ([isApproved, rateAllowance, lockupAllowance, rateUsage, lockupUsage, maxLockupPeriod]) => ({
    ...{ isApproved, rateAllowance, lockupAllowance, rateUsage, lockupUsage, maxLockupPeriod },
  }),
);
export type GetOperatorApprovalReturnType = Awaited<ReturnType<typeof getOperatorApproval>>;
