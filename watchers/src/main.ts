import { chainById, delegatedSigner, devnet, filecoin } from "@holdfast/sdk";
import pino from "pino";
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { ConfigInvalidError, loadConfig } from "./config.ts";
import { createSectorLocator, devnetReader, stateCallReader } from "./deals/sector-locator.ts";
import { createDealsWatcher } from "./deals/watcher.ts";
import { openWatcherDatabase } from "./open-watcher-database.ts";
import { systemClock } from "./runtime/clock.ts";

const EXIT_ERROR = 1;
const EXIT_CONFIG = 3;

/** Runs the `deals` watcher until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = pino({ level: config.logLevel });
  const client = createPublicClient({ chain: chainById(config.chainId), transport: http(config.rpcUrl) });
  const answered = await client.getChainId();
  if (answered !== config.chainId) {
    const fault = `HOLDFAST_CHAIN_ID: is ${config.chainId}, but the node is on chain ${answered}`;
    throw new ConfigInvalidError("The environment", [fault]);
  }
  const network = config.chainId === filecoin.id ? "mainnet" : "testnet";
  const read = config.chainId === devnet.id ? devnetReader(client) : stateCallReader(client, network);
  const db = await openWatcherDatabase(config.database);
  const watcher = await createDealsWatcher({
    ...{ config: config.deals, db, client, chainId: config.chainId, network },
    account: privateKeyToAccount(config.clientKey),
    signer: delegatedSigner(config.clientKey),
    locator: createSectorLocator(read),
    ...{ clock: systemClock, logger },
  });
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  while (!stopping.signal.aborted) {
    await watcher.step().catch((error: unknown) => logger.error({ error: String(error) }, "step failed"));
    await systemClock.sleep(config.deals.pollMs, stopping.signal);
  }
  await watcher.stop();
  await db.destroy();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof ConfigInvalidError ? EXIT_CONFIG : EXIT_ERROR;
});
