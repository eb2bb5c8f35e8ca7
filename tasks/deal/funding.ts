import {
  type ChosenDeal,
  type DepositWithPermitAndApproveOperatorParameters,
  depositWithPermitAndApproveOperatorCall,
  depositWithPermitAndApproveOperatorSync,
  getOperatorApproval,
  type HoldfastClient,
  setOperatorApprovalCall,
  setOperatorApprovalSync,
} from "@holdfast/sdk";
import type { Address, TransactionReceipt } from "viem";
import type { Connection } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { epochs } from "../run/parse.ts";
import { UNSIGNED_PERMIT } from "../run/permit.ts";
import type { Step } from "../run/send.ts";
import { accountOf, balanceOf, type Token } from "./money.ts";

/** What a step of a proposal tells: the deal, if it was one. */
export interface Landed {
  proposed?: { dealId: bigint; sealBy: bigint; endEpoch: bigint };
  receipt: TransactionReceipt;
}

/** Gas of depositing and approving on Calibration in 2025, for a call that cannot be tried before it is signed. */
const DEPOSIT_GAS = 32_000_000n;

/** What all deals together take: token units, and attoFIL of bond. */
export function totalOf(deals: readonly ChosenDeal<unknown>[]) {
  const sum = (of: (quote: ChosenDeal<unknown>["quote"]) => bigint) =>
    deals.reduce((total, { quote }) => total + of(quote), 0n);
  return {
    rate: sum(({ rate }) => rate),
    reservationFee: sum(({ reservationFee }) => reservationFee),
    lockup: sum(({ lockup }) => lockup),
    funds: sum(({ funds }) => funds),
    greatestCost: sum(({ greatestCost }) => greatestCost),
    bond: sum(({ bond }) => bond),
  };
}

interface Funding {
  connection: Connection;
  token: Token;
  address: Address;
  deals: ChosenDeal<unknown>[];
  day: bigint;
}

/** What has to be deposited and approved before the proposals can land, in one transaction if anything is deposited. */
export async function fund(
  args: { folder: string; runway: string | undefined },
  { connection, token, address, deals, day }: Funding,
) {
  const { pay, deals: operator } = await connection.contracts();
  const { client } = connection;
  const onPay = { address: pay, token: token.address, operator };
  const [account, approval, balance] = await Promise.all([
    accountOf(connection, token, address),
    getOperatorApproval(client, { ...onPay, client: address }),
    balanceOf(connection, token, address),
  ]);
  const total = totalOf(deals);
  const runway = total.rate * (args.runway === undefined ? 30n * day : epochs("--runway", args.runway, day));
  const wanted = total.funds + runway;
  const deposit = wanted > account.availableFunds ? wanted - account.availableFunds : 0n;
  if (deposit > balance) {
    throw new TaskConfigError(
      `You need ${token.text(deposit)} to deposit, and have ${token.text(balance)}.`,
      `npx hardhat deal propose ${args.folder} --runway 0d: deposits only what is locked; or get more ${token.symbol}`,
    );
  }
  const allowances = {
    rateAllowance: most(approval.rateAllowance, approval.rateUsage + total.rate),
    lockupAllowance: most(approval.lockupAllowance, approval.lockupUsage + total.funds),
    maxLockupPeriod: most(approval.maxLockupPeriod, ...deals.map(({ quote }) => quote.lockupPeriod)),
  };
  const enough =
    approval.isApproved &&
    (Object.keys(allowances) as (keyof typeof allowances)[]).every(
      (key) => allowances[key] === approval[key],
    );
  const steps: Step<Landed>[] = [];
  if (deposit > 0n) {
    const depositing = { ...onPay, amount: deposit, ...allowances };
    steps.push(depositStep(client, address, token, depositing));
  } else if (!enough) {
    const approving = { ...onPay, approved: true, ...allowances };
    steps.push({
      ...{
        title: "Approve StorageDeals",
        contract: "FilecoinPay",
        call: setOperatorApprovalCall(client, approving),
      },
      send: (by, onHash) => setOperatorApprovalSync(by, { ...approving, onHash }),
    });
  }
  return { steps, deposit };
}

/** A deposit by permit, which is signed when it is sent; approves StorageDeals in the same transaction. */
export function depositStep(
  client: HoldfastClient,
  owner: Address,
  token: Token,
  depositing: DepositWithPermitAndApproveOperatorParameters & { address: Address },
): Step<Landed> {
  return {
    ...{
      title: `Deposit ${token.text(depositing.amount)} and approve StorageDeals`,
      contract: "FilecoinPay",
    },
    call: depositWithPermitAndApproveOperatorCall(client, {
      ...depositing,
      to: owner,
      permit: UNSIGNED_PERMIT,
    }),
    assumedGas: DEPOSIT_GAS,
    unsigned: ["deadline", "v", "r", "s"],
    send: (by, onHash) => depositWithPermitAndApproveOperatorSync(by, { ...depositing, onHash }),
  };
}

/** The greatest. */
export function most(...amounts: bigint[]): bigint {
  let greatest = 0n;
  for (const amount of amounts) if (amount > greatest) greatest = amount;
  return greatest;
}
