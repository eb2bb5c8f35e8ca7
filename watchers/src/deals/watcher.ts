import { randomBytes as cryptoRandomBytes } from "node:crypto";
import type { CurioSigner, FilecoinNetwork } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { LocalAccount, PublicClient } from "viem";
import type { DealsConfig } from "../config.ts";
import type { Clock } from "../runtime/clock.ts";
import { bindDatabase, type RuntimeTables } from "../runtime/database.ts";
import { createEngine } from "../runtime/engine.ts";
import { type Fault, noFault } from "../runtime/fault-point.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { createRequestRunner } from "../runtime/request-runner.ts";
import { createTransactionSender, type Finished } from "../runtime/transaction-sender.ts";
import { type DealsEvent as CapabilityEvent, createDealsCapability, type DealsPlan } from "./capability.ts";
import type { Alert, DealIntent, Epoch, State } from "./state.ts";
import type { DealsTables } from "./tables.ts";

/** What happens, for whoever shows it. */
export type DealsEvent = CapabilityEvent | { type: "finished"; epoch: Epoch; finished: Finished };

export interface DealsWatcherOptions {
  config: DealsConfig;
  /** Opened with the migrations of ../migrations; its own for every chain, account and contract. */
  db: Kysely<DealsTables>;
  client: PublicClient;
  chainId: number;
  network: FilecoinNetwork;
  /** The payer, whose nonces are the watcher's alone. */
  account: LocalAccount;
  /** The payer towards providers. */
  signer: CurioSigner;
  clock: Clock;
  logger: Logger;
  metrics?: Metrics;
  onEvent?: (event: DealsEvent) => void;
  fault?: Fault;
  randomBytes?: (length: number) => Uint8Array;
}

/** What one round found and did. */
export interface Step {
  state: State;
  intents: readonly DealIntent[];
  finished: readonly Finished[];
  alerts: readonly Alert[];
}

export interface DealsWatcher {
  /** Base URL at which the CARs are served; undefined if the configuration names none. */
  readonly filesUrl: string | undefined;
  /** Loads, decides, stores the intents, and brings everything unfinished one round further. */
  step(): Promise<Step>;
  /** Ends the file server. The database is its opener's. */
  stop(): Promise<void>;
}

/** One dataset's watcher with a runtime of its own, stepped by its caller: a script, a test. `holdfast-watch` runs many. */
export async function createDealsWatcher(options: DealsWatcherOptions): Promise<DealsWatcher> {
  const { config, db, client, chainId, network, account, signer, clock, logger } = options;
  const { onEvent = () => {}, fault = noFault, randomBytes = cryptoRandomBytes } = options;
  const { metrics = createMetrics() } = options;
  const { contracts, policy, sender: limits, providerTimeoutMs, files } = config;
  const runtimeDb = db as unknown as Kysely<RuntimeTables>;
  await bindDatabase(runtimeDb, "of the watcher", `${chainId}/${contracts.deals}/${account.address}`);
  const random = () => (randomBytes(1)[0] as number) / 255;
  const outbox = createOutbox({ db: runtimeDb, clock, fault, random });
  const deals = await createDealsCapability({
    ...{ contracts, policies: [policy], files, confirmations: limits.confirmations, providerTimeoutMs },
    ...{ db, outbox, client, chainId, network, account: account.address, signer },
    ...{ clock, logger, metrics, randomBytes, onEvent },
  });
  const sender = createTransactionSender({
    ...{ outbox, client, account, chainId, kinds: deals.transactions, limits, fault, logger, metrics },
  });
  const runner = createRequestRunner({ outbox, kinds: deals.requests, fault, logger });
  const engine = createEngine({
    ...{ capabilities: [deals], outbox, sender, runner, clock, logger, metrics },
    async reach() {
      const latest = await client.getBlockNumber({ cacheTime: 0 });
      return { latest, finalized: latest - limits.confirmations };
    },
  });

  return {
    filesUrl: deals.filesUrl,
    async step() {
      const { epoch, plans, finished, failures } = await engine.step();
      for (const one of finished) onEvent({ type: "finished", epoch, finished: one });
      for (const failure of failures.values()) throw failure;
      const [plan] = [...plans.values()] as [DealsPlan];
      return { state: plan.state, intents: plan.intents, finished, alerts: plan.alerts };
    },
    stop: () => deals.close(),
  };
}
