import { type Check, checkBindings } from "@holdfast/sdk";
import { type Deployed, deployDeals } from "../../deploy/deploy-deals.ts";
import type { RpcProvider } from "../../deploy/outbox.ts";
import { type LiveParameters, readParameters } from "../../deploy/parameters.ts";
import { preflight, requirePassed } from "../../deploy/preflight.ts";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { readPins } from "../run/deployment.ts";
import { fields } from "../run/output.ts";
import { inStage } from "../run/progress.ts";
import { confirm } from "../run/send.ts";
import { buildQuietly } from "./build.ts";
import { liveChainOf } from "./live.ts";

interface DeployArguments extends CommonArguments {
  dryRun: boolean;
  yes: boolean;
  key: string;
}

export default command<DeployArguments>(async (args, context) => {
  const connection = await context.connect();
  const chain = liveChainOf(connection);
  const { account } = await connection.sender(args.key);
  const client = connection.as(account);
  const parameters = await readParameters(chain);
  const checks = await inStage(
    `Looking at ${client.chain.name}, Filecoin Pay, USDFC and the deployer`,
    async () =>
      preflight(client, { deployer: account.address, parameters, pins: await readPins(connection.place) }),
  );
  requirePassed(`Nothing is deployed on ${client.chain.name}`, checks);
  await inStage("Compiling", () => buildQuietly(context.hre));
  if (args.dryRun) return dryRun(parameters, checks);

  await confirm(args, context, connection);
  const deployed = await inStage("Deploying: about ten epochs, five minutes", (tell) =>
    deployDeals({
      ...{ chain, account, artifacts: context.hre.artifacts },
      provider: client as unknown as RpcProvider,
      onSigned: (nonce, hash) => tell(`transaction ${nonce}: ${hash}`),
    }),
  );
  const bindings = await inStage("Looking whether the contracts are bound to each other", () =>
    checkBindings(client, { ...deployed, pay: parameters.Deals.pay }),
  );
  requirePassed("What was deployed is not what was meant", bindings);
  return deployedOutcome(deployed, parameters, [...checks, ...bindings]);
});

function dryRun(parameters: LiveParameters, checks: Check[]) {
  const transactions = ["ProviderRegistry", "SectorEvidence", "StorageDeals"]
    .map((contract) => `deploy ${contract}`)
    .concat(
      "ProviderRegistry.bind(StorageDeals, SectorEvidence)",
      "SectorEvidence.bind(StorageDeals, ProviderRegistry)",
    );
  return {
    json: { dryRun: true, transactions, parameters, checks },
    text: ["Nothing was signed or sent. It would send:", ...transactions.map((line) => `  ${line}`)].join(
      "\n",
    ),
  };
}

function deployedOutcome(deployed: Deployed, { Deals, Payments }: LiveParameters, checks: Check[]) {
  const contracts = { ...deployed, pay: Deals.pay, usdfc: Payments.usdfc };
  return {
    json: { contracts, checks },
    text: [
      fields(contracts),
      "Next: npm run codegen, and commit deploy/deployments and sdk/src/generated/addresses.ts",
    ].join("\n"),
  };
}
