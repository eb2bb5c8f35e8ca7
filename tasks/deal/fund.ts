import {
  type GetOperatorApprovalReturnType,
  getDealsParameters,
  getOperatorApproval,
  getRegistryParameters,
  withdrawCall,
  withdrawSync,
} from "@holdfast/sdk";
import type { WriteArguments } from "../define.ts";
import { command } from "../run/command.ts";
import type { Connection } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { fields } from "../run/output.ts";
import { amount } from "../run/parse.ts";
import { carryOut, senderAddress } from "../run/send.ts";
import { depositStep, most } from "./funding.ts";
import { accountOf, balanceOf, runwayText, tokenOf } from "./money.ts";

interface FundArguments extends WriteArguments {
  amount: string | undefined;
  withdraw: string | undefined;
  token: string | undefined;
  standing: boolean;
}

export default command<FundArguments>(async (args, context) => {
  if (args.amount !== undefined && args.withdraw !== undefined) {
    throw new TaskConfigError(
      "--amount deposits, --withdraw takes out: this is one of the two.",
      "npx hardhat deal fund: with either",
    );
  }
  if (args.standing && args.amount === undefined) {
    throw new TaskConfigError(
      "--standing approves as far as a deposit can be locked, and nothing is deposited.",
      "npx hardhat deal fund --standing --amount <tokens>",
    );
  }
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const { pay, deals } = await connection.contracts();
  const [token, time] = await Promise.all([tokenOf(connection, args.token), connection.time()]);
  const [account, approval, balance] = await Promise.all([
    accountOf(connection, token, address),
    getOperatorApproval(client, { address: pay, token: token.address, client: address, operator: deals }),
    balanceOf(connection, token, address),
  ]);
  const shown = {
    account: `${token.text(account.currentFunds)}, of which ${token.text(account.availableFunds)} are free`,
    runway: runwayText(account, time),
    wallet: token.text(balance),
  };
  const figures = { token: token.address, account, balance };
  if (args.amount === undefined && args.withdraw === undefined) {
    return { json: { ...figures, approval, owner: address }, text: fields({ owner: address, ...shown }) };
  }
  const run = { context, connection, sender, address };
  if (args.withdraw !== undefined) {
    const withdrawal = { address: pay, token: token.address, amount: amount("--withdraw", args.withdraw) };
    return carryOut(args, run, {
      steps: [
        {
          ...{ title: `Withdraw ${token.text(withdrawal.amount)}`, contract: "FilecoinPay" },
          call: withdrawCall(client, withdrawal),
          send: (by, onHash) => withdrawSync(by, { ...withdrawal, onHash }),
        },
      ],
      ...{ costs: shown, figures, resume: "npx hardhat deal fund" },
      outcome: () => ({
        json: { withdrawn: withdrawal.amount },
        text: fields({ withdrawn: token.text(withdrawal.amount) }),
      }),
    });
  }
  const deposit = amount("--amount", args.amount!);
  if (deposit > balance) {
    throw new TaskConfigError(
      `You need ${token.text(deposit)} to deposit, and have ${token.text(balance)}.`,
      `npx hardhat deal fund --amount <less>, or get more ${token.symbol}`,
    );
  }
  const allowances = args.standing ? await standing(connection, approval, deposit) : approval;
  const { rateAllowance, lockupAllowance, maxLockupPeriod } = allowances;
  const step = depositStep(client, address, token, {
    ...{ address: pay, token: token.address, operator: deals, amount: deposit },
    ...{ rateAllowance, lockupAllowance, maxLockupPeriod },
  });
  return carryOut(args, run, {
    steps: [step],
    ...{ costs: { deposit: token.text(deposit), ...shown }, figures, resume: "npx hardhat deal fund" },
    outcome: async () => {
      const after = await accountOf(connection, token, address);
      return {
        json: { deposited: deposit, account: after },
        text: fields({ deposited: token.text(deposit), account: token.text(after.currentFunds) }),
      };
    },
  });
});

/**
 * The approval of somebody who does not raise it with each proposal, as the daemon: whatever offers and windows the contracts
 * allow, as far as the deposit can lock it. Without --standing it stays as it is: `deal propose` raises it by what its deals take.
 */
async function standing(
  connection: Connection,
  approval: GetOperatorApprovalReturnType,
  deposit: bigint,
): Promise<Pick<GetOperatorApprovalReturnType, "rateAllowance" | "lockupAllowance" | "maxLockupPeriod">> {
  const { client } = connection;
  const { registry, deals } = await connection.contracts();
  const [{ minNotice, maxNotice }, { maxSealingWindow }] = await Promise.all([
    getRegistryParameters(client, { address: registry }),
    getDealsParameters(client, { address: deals }),
  ]);
  return {
    // A higher rate would lock more than the deposit for the shortest notice.
    rateAllowance: most(approval.rateAllowance, approval.rateUsage + deposit / minNotice),
    lockupAllowance: most(approval.lockupAllowance, approval.lockupUsage + deposit),
    maxLockupPeriod: most(approval.maxLockupPeriod, maxNotice + maxSealingWindow),
  };
}
