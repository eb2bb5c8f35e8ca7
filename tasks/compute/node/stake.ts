import {
  depositStakeCall,
  depositStakeSync,
  depositStakeWithPermitCall,
  depositStakeWithPermitSync,
  getComputeNode,
} from "@holdfast/sdk";
import { zeroAddress } from "viem";
import type { WriteArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import { TaskConfigError } from "../../run/exit-codes.ts";
import { fields } from "../../run/output.ts";
import { amount, evmAddress } from "../../run/parse.ts";
import { UNSIGNED_PERMIT } from "../../run/permit.ts";
import { carryOut, type Step, senderAddress } from "../../run/send.ts";
import { checkTokens, currencyOf, PERMIT_GAS } from "../currency.ts";

interface StakeArguments extends WriteArguments {
  amount: string;
  worker: string | undefined;
  token: string | undefined;
}

export default command<StakeArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { address, sender } = await senderAddress(args, connection);
  const { computeRegistry } = await connection.compute();
  const currency = await currencyOf(connection, args.token);
  const worker = args.worker === undefined ? address : evmAddress("--worker", args.worker);
  const stake = amount("amount", args.amount);
  const node = await getComputeNode(client, { address: computeRegistry, worker });
  if (BigInt(node.operator) === 0n) {
    throw new TaskConfigError(
      `${worker} is no compute node: what is staked would only come back after the unbonding time.`,
      "npx hardhat compute node register --endpoint <url>",
    );
  }
  const deposit = { address: computeRegistry, worker, token: currency.address, amount: stake };
  const inFil = currency.address === zeroAddress;
  if (!inFil) {
    if (worker !== address) {
      throw new TaskConfigError(
        "A permit stakes for its signer only: this would not be the sender.",
        "npx hardhat compute node stake <amount> --token <token> --key <the compute node's>",
      );
    }
    await checkTokens(connection, currency, address, stake, "stake");
  }
  const step: Step = inFil
    ? {
        ...{ title: `Stake ${currency.text(stake)}`, contract: "ComputeRegistry" },
        call: depositStakeCall(client, deposit),
        send: (by, onHash) => depositStakeSync(by, { ...deposit, onHash }),
      }
    : {
        ...{ title: `Stake ${currency.text(stake)} by permit`, contract: "ComputeRegistry" },
        call: depositStakeWithPermitCall(client, { ...deposit, permit: UNSIGNED_PERMIT }),
        ...{ unsigned: ["deadline", "v", "r", "s"], assumedGas: PERMIT_GAS },
        send: (by, onHash) => depositStakeWithPermitSync(by, { ...deposit, onHash }),
      };
  return carryOut(
    args,
    { context, connection, sender, address },
    {
      steps: [step],
      costs: {
        stake: `${currency.text(stake)}, which tasks lock; it comes back by compute node unstake`,
        "compute node": worker,
      },
      figures: { token: { address: currency.address, symbol: currency.symbol, stake } },
      resume: "npx hardhat compute node status",
      outcome: () => ({
        json: { worker, token: currency.address, staked: stake },
        text: fields({ staked: currency.text(stake), "compute node": worker }),
      }),
    },
  );
});
