import type { Address, Hash } from "viem";
import { parseAccount } from "viem/accounts";
import type { ActionClient, SyncOptions, WriteOptions } from "../actions/action.ts";
import { calling } from "../actions/contract-actions.ts";
import { onPay } from "../actions/contracts.ts";
import { AccountMissingError } from "../actions/errors.ts";
import { type Permit, permitFor } from "./sign-permit.ts";

export interface DepositWithPermitAndApproveOperatorParameters {
  /** A token with EIP-2612 permits, such as USDFC. */
  token: Address;
  /** Token units. */
  amount: bigint;
  /** The StorageDeals contract, or another operator. */
  operator: Address;
  /** Greatest sum of its rails' rates, token units an epoch. */
  rateAllowance: bigint;
  /** Greatest lockup of its rails, token units. */
  lockupAllowance: bigint;
  /** Greatest lockup period of a rail, epochs. */
  maxLockupPeriod: bigint;
  /** Unix seconds until which the permit is good. Default: an hour after the newest block. */
  deadline?: bigint;
}

/** What is ready to be called: who deposits to the own account, by which permit. */
export interface PermittedDeposit extends DepositWithPermitAndApproveOperatorParameters {
  to: Address;
  permit: Permit;
}

const action = onPay.write(
  "depositWithPermitAndApproveOperator",
  ({ token, to, amount, permit: { deadline, v, r, s }, ...given }: PermittedDeposit) => {
    const { operator, rateAllowance, lockupAllowance, maxLockupPeriod } = given;
    const approval = [operator, rateAllowance, lockupAllowance, maxLockupPeriod] as const;
    return [token, to, amount, deadline, v, r, s, ...approval] as const;
  },
  { event: "DepositRecorded" },
);

/**
 * Deposits into the sender's account of Filecoin Pay and approves an operator, in one transaction: signs the permit, then
 * sends. `quoteDeal` tells what a deal takes.
 * @returns the transaction's hash
 * @throws ActionError, PermitUnsupportedError
 */
export const depositWithPermitAndApproveOperator = calling(
  action.send.calls,
  async (
    client: ActionClient,
    parameters: DepositWithPermitAndApproveOperatorParameters & WriteOptions,
  ): Promise<Hash> => action.send(client, await permitted(client, parameters)),
);

/**
 * {@link depositWithPermitAndApproveOperator}, waited for: the receipt, DepositRecorded, and all that Filecoin Pay told.
 * @throws ActionError, PermitUnsupportedError
 */
export async function depositWithPermitAndApproveOperatorSync(
  client: ActionClient,
  parameters: DepositWithPermitAndApproveOperatorParameters & SyncOptions,
) {
  return action.sync(client, await permitted(client, parameters));
}
export type DepositWithPermitAndApproveOperatorSyncReturnType = Awaited<
  ReturnType<typeof depositWithPermitAndApproveOperatorSync>
>;

/** The call of {@link depositWithPermitAndApproveOperator} by a permit (`signPermit`), to batch or to simulate. */
export const depositWithPermitAndApproveOperatorCall = action.call;

/** The DepositRecorded of {@link depositWithPermitAndApproveOperator} in a receipt. @throws EventMissingError */
export const extractDepositWithPermitAndApproveOperatorEvent = action.extract;

async function permitted<options extends DepositWithPermitAndApproveOperatorParameters & WriteOptions>(
  client: ActionClient,
  parameters: options,
): Promise<options & { to: Address; permit: Permit }> {
  const account = parameters.account ?? client.account;
  if (account === undefined) throw new AccountMissingError("a deposit");
  const permitted = await permitFor(client, "FilecoinPay", parameters, parameters);
  return { ...permitted, to: parseAccount(account).address };
}
