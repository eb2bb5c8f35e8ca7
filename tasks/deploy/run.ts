import { checkAccount, checkBindings, checkComputeBindings, waitForFinality } from "@holdfast/sdk";
import { formatEther } from "viem";
import { deployDeals } from "../../deploy/deploy-deals.ts";
import {
  estimateDeployment,
  type PlannedTransaction,
  TRANSACTIONS,
} from "../../deploy/estimate-deployment.ts";
import type { RpcProvider } from "../../deploy/outbox.ts";
import { readParameters } from "../../deploy/parameters.ts";
import { preflight, requirePassed } from "../../deploy/preflight.ts";
import { readProgress } from "../../deploy/read-progress.ts";
import type { WriteArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { confirmMainnet } from "../run/confirm-mainnet.ts";
import { readPins } from "../run/deployment.ts";
import { fields, toJson } from "../run/output.ts";
import { inStage } from "../run/progress.ts";
import { finalityOf, senderAddress, withMargin } from "../run/send.ts";
import { buildQuietly } from "./build.ts";
import { liveChainOf } from "./live.ts";

export default command<WriteArguments>(async (args, context) => {
  const connection = await context.connect();
  const [chain, finality] = [liveChainOf(connection), finalityOf(args.wait)];
  const { address: deployer, sender } = await senderAddress(args, connection);
  const client = connection.as(sender?.account ?? deployer);
  const parameters = await readParameters(chain);
  const { artifacts } = context.hre;
  const { done } = await readProgress(chain);
  const payer = TRANSACTIONS.every((transaction) => done.has(transaction)) ? undefined : deployer;
  const checks = await inStage(
    `Looking at ${client.chain.name}, Filecoin Pay, USDFC and the deployer`,
    async () => preflight(client, { deployer: payer, parameters, pins: await readPins(connection.place) }),
  );
  const refused = `Nothing was sent on ${client.chain.name}`;
  requirePassed(refused, checks);
  await inStage("Compiling", () => buildQuietly(context.hre));
  const { pay } = parameters.Deals;
  const plan =
    payer === undefined ? [] : await estimateDeployment(client, { deployer, pay, artifacts, done });
  if (args.dryRun || sender === undefined) {
    const json = {
      dryRun: true,
      sender: deployer,
      calls: plan,
      costs: { fil: { gasAtMost: sum(plan) } },
      checks,
    };
    return { json, text: `Nothing is signed or sent. This would be:\n${planText(plan)}` };
  }

  context.note(`About to do this:\n${planText(plan)}`);
  if (payer !== undefined) {
    requirePassed(refused, [await checkAccount(client, payer, { least: withMargin(sum(plan)) })]);
  }
  await confirmMainnet({
    ...{ chainId: client.chain.id, yes: args.yes, onTerminal: process.stdin.isTTY === true },
    ask: context.prompts.ask,
  });
  const deployed = await inStage("Deploying: about fifteen epochs, eight minutes", (tell) =>
    deployDeals({
      ...{ chain, account: sender.account, artifacts, provider: client as unknown as RpcProvider },
      onSigned: (nonce, hash) => tell(`transaction ${nonce}: ${hash}`, true),
    }),
  );
  // Whichever run sent it.
  const { last } = await readProgress(chain);
  if (last !== undefined && finality !== "included") {
    await inStage(`Waiting until it is ${finality}`, () =>
      waitForFinality(client, { hash: last, finality, signal: context.signal }),
    );
  }
  const bindings = await inStage("Looking whether the contracts are bound to each other", () =>
    Promise.all([checkBindings(client, { ...deployed, pay }), checkComputeBindings(client, deployed)]),
  );
  requirePassed("What was deployed is not what was meant", bindings.flat());
  const contracts = { ...deployed, pay, usdfc: parameters.Payments.usdfc };
  const next = "npm run codegen, and commit deploy/deployments and sdk/src/generated/addresses.ts";
  return {
    json: { contracts, checks: [...checks, ...bindings.flat()] },
    text: fields({ ...contracts, next }),
  };
});

function sum(plan: readonly PlannedTransaction[]): bigint {
  return plan.reduce((total, { fee }) => total + fee, 0n);
}

function planText(plan: readonly PlannedTransaction[]): string {
  if (plan.length === 0) return "  nothing: all of it is done";
  const lines = plan.map(({ call, args, fee, assumed }) => {
    const cost = `${formatEther(fee)} FIL of gas at most${assumed ? ", assumed: it cannot be tried yet" : ""}`;
    return `  ${call} ${toJson(args).replace(/\s+/g, " ")}: ${cost}`;
  });
  return lines.join("\n");
}
