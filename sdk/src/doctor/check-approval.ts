import { type Address, formatUnits } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { getAccountIfSettled } from "../payments/get-account-if-settled.ts";
import { getOperatorApproval } from "../payments/get-operator-approval.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";

export interface CheckApprovalParameters {
  pay: Address;
  token: Address;
  client: Address;
  /** The StorageDeals contract. */
  operator: Address;
  /** What one more deal takes of the approval, see `quoteDeal`. Default: of each something. */
  wanted?: { rateAllowance: bigint; lockupAllowance: bigint; maxLockupPeriod: bigint };
}

const APPROVE = "Deposit and approve: `npx hardhat deal propose` does both, for what the deal takes.";

/** Whether a client lets StorageDeals open rails, within what a deal takes, and has funds free for it. */
export async function checkApproval(
  client: ActionClient,
  { pay: address, token, client: owner, operator, wanted }: CheckApprovalParameters,
): Promise<Check[]> {
  const name = "operator approval";
  try {
    const [approval, account] = await Promise.all([
      getOperatorApproval(client, { address, token, client: owner, operator }),
      getAccountIfSettled(client, { address, token, owner }),
    ]);
    const least = wanted ?? { rateAllowance: 1n, lockupAllowance: 1n, maxLockupPeriod: 1n };
    const left = {
      rateAllowance: approval.rateAllowance - approval.rateUsage,
      lockupAllowance: approval.lockupAllowance - approval.lockupUsage,
      maxLockupPeriod: approval.maxLockupPeriod,
    };
    const short = (Object.keys(least) as (keyof typeof least)[]).filter((key) => left[key] < least[key]);
    const found = !approval.isApproved
      ? "StorageDeals is not approved as operator"
      : short
          .map((key) => `${key}: ${left[key] < 0n ? 0n : left[key]} left, ${least[key]} wanted`)
          .join("; ");
    const funds = `${formatUnits(account.availableFunds, 18)} free of ${formatUnits(account.currentFunds, 18)} deposited`;
    return [
      found === "" ? passed(name, "StorageDeals may open rails") : failed(name, found, APPROVE),
      account.availableFunds >= (wanted?.lockupAllowance ?? 1n)
        ? passed("deposit", funds)
        : failed("deposit", funds, APPROVE),
    ];
  } catch (error) {
    return [
      failed(name, reasonOf(error), "Check the addresses of Filecoin Pay, the token and StorageDeals."),
    ];
  }
}
