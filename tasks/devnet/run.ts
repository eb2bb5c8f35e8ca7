import { type Devnet, type DevnetAccount, startDevnet } from "@holdfast/devnet";
import { formatFilecoinAddress, fromEvmAddress } from "@holdfast/sdk";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { removeDevnetRecord, writeDevnetRecord } from "../run/deployment.ts";
import { EXIT, TaskConfigError } from "../run/exit-codes.ts";
import { fields, table } from "../run/output.ts";
import { inStage } from "../run/progress.ts";

interface DevnetArguments extends CommonArguments {
  port: number;
  providers: number;
  epochSeconds: number;
  folder: string | undefined;
}

/** Runs until it is told to stop; then nothing is left running. */
export default command<DevnetArguments>(async (args, context) => {
  const { port, providers, epochSeconds, folder } = args;
  const devnet = await inStage(
    "Starting a chain with Filecoin's actors, Holdfast and storage providers",
    () =>
      startDevnet({
        ...{ port, providers, epochSeconds, ...(folder === undefined ? {} : { folder }) },
        onError: (error) => context.note(`devnet: ${(error as Error).message}`),
      }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE") throw error;
        throw new TaskConfigError(`Port ${port} is taken.`, "npx hardhat devnet --port 0");
      }),
  );
  const { root } = context.hre.config.paths;
  try {
    const record = await writeDevnetRecord(root, { rpcUrl: devnet.rpcUrl, ...devnet.contracts });
    const description = { ...describe(devnet), record };
    context.result(description, textOf(description));
    await untilStopped(context.signal);
  } finally {
    await removeDevnetRecord(root, devnet.rpcUrl);
    await devnet.stop();
    context.note("The devnet has ended.");
  }
  process.exitCode = EXIT.interrupted;
  return undefined;
});

function describe({ rpcUrl, contracts, accounts, providers, folder }: Devnet) {
  const account = (name: string, number: number, { account, privateKey }: DevnetAccount) => ({
    ...{ name, key: number, address: account.address },
    ...{ filecoinAddress: formatFilecoinAddress(fromEvmAddress(account.address), "testnet"), privateKey },
  });
  return {
    ...{ rpcUrl, folder, contracts },
    providers: providers.map(({ minerId, url, offerId }, at) => ({
      ...{ name: `provider ${at + 1}`, miner: `f0${minerId}`, offer: offerId, url },
    })),
    // Numbered as --key takes them; the deployer's is not among them.
    testAccounts: [
      account("client", 0, accounts.client),
      account("keeper", 1, accounts.keeper),
      ...accounts.providers.flatMap(({ owner, worker }, at) => [
        account(`provider ${at + 1} owner`, 2 + 2 * at, owner),
        account(`provider ${at + 1} worker`, 3 + 2 * at, worker),
      ]),
    ],
  };
}

function textOf({ rpcUrl, folder, contracts, providers, testAccounts }: ReturnType<typeof describe>): string {
  return [
    fields({ RPC: rpcUrl, "chain id": 31_415_926, "providers' folder": folder }),
    `\nCONTRACTS\n${fields({ ...contracts })}`,
    `\nPROVIDERS\n${table(providers)}`,
    "\nACCOUNTS (public test keys that everybody knows: they are worth nothing on any other chain)",
    table(testAccounts.map(({ filecoinAddress: _, ...rest }) => rest)),
    `\nIn another terminal: ${portOf(rpcUrl) === "8545" ? "" : `HOLDFAST_DEVNET_RPC_URL=${rpcUrl} `}npx hardhat provider list`,
    "Ctrl-C ends it.",
  ].join("\n");
}

function portOf(url: string): string {
  return new URL(url).port;
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}
