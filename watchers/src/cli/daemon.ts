import { findCause } from "@holdfast/sdk";
import type { Kysely, Transaction } from "kysely";
import type { Logger } from "pino";
import type { DaemonConfig } from "../config.ts";
import type { DealsTables } from "../deals/tables.ts";
import type { Clock } from "../runtime/clock.ts";
import {
  bindDatabase,
  checkIdentity,
  DatabaseDamagedError,
  isDamage,
  type RuntimeTables,
} from "../runtime/database.ts";
import { createEngine, kindsOf, type Round } from "../runtime/engine.ts";
import type { Fault } from "../runtime/fault-point.ts";
import { countIntents, countUnsettled, PARKED_STATES, totalOf } from "../runtime/intents-admin.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { createRequestRunner } from "../runtime/request-runner.ts";
import { toJson } from "../runtime/status-server.ts";
import { type StopError, stopErrorIn } from "../runtime/stop-error.ts";
import { createTransactionSender } from "../runtime/transaction-sender.ts";
import { catchUp } from "./catch-up.ts";
import { openChain } from "./chain.ts";
import { createFollower } from "./follower.ts";
import { createHealth } from "./health.ts";
import type { Key } from "./key.ts";
import { openCapabilities } from "./registry.ts";

export interface DaemonOptions {
  config: DaemonConfig;
  db: Kysely<DealsTables>;
  key: Key;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  fault: Fault;
  /** Throws unless this process may still act. */
  fence(within: Transaction<RuntimeTables>): Promise<void>;
}

/** What `drain` leaves. */
export interface Drained {
  finished: number;
  /** Signed transactions that are not final. */
  unsettled: number;
  /** Intents that nothing is signed for yet: the next `run` takes them up. */
  waiting: number;
  /** Intents that wait for a person. */
  parked: number;
}

export type Daemon = Awaited<ReturnType<typeof openDaemon>>;

/** All watchers on one key, one database and one reader. */
export async function openDaemon(options: DaemonOptions) {
  const { config, key, clock, logger, metrics, fault } = options;
  const db = options.db as unknown as Kysely<RuntimeTables>;
  const { signer, curio } = key;
  const { id: chainId, contracts } = config.chain;
  const identity = `${chainId}/${contracts.deals}/${signer.address}`;
  await checkIdentity(db, config.database, identity);
  const outbox = createOutbox({ db, clock, fault });
  // A round that waits for many answers is alive while they come.
  const onExchange = () => health.beat();
  const { client, network, heads, endpoints } = openChain({
    ...{ config, db, clock, logger, metrics, onExchange },
    // A configuration that is wrong about the chain leaves no mark in a new database.
    onVerified: () => bindDatabase(db, config.database, identity),
  });
  const capabilities = await openCapabilities({
    ...{ config, db: options.db, outbox, client, network, curio, account: signer.address },
    ...{ clock, logger, metrics, onExchange },
  });
  const kinds = kindsOf(capabilities);
  const limits = { ...config.sender, confirmations: config.finality.depth };
  const sender = createTransactionSender({
    ...{ outbox, client, account: signer, chainId, kinds: kinds.transactions, limits },
    ...{ fault, logger, metrics, fence: options.fence },
  });
  const runner = createRequestRunner({ outbox, kinds: kinds.requests, fault, logger, onExchange });
  const follower = createFollower({ config, db, client, heads, capabilities, logger, metrics });
  const engine = createEngine({
    ...{ capabilities, outbox, sender, runner, reach: follower.reach, clock, logger, metrics },
  });
  const health = createHealth({
    ...{ config, db, account: signer.address, watchers: engine.watchers, clock, metrics },
    ...{ sender, heads, endpoints, isSyncing: follower.isSyncing },
  });

  let drained = 0;

  /** Work whose failure the next round may mend. @throws StopError otherwise */
  async function attempt(work: () => Promise<Round | undefined>): Promise<void> {
    health.beat();
    try {
      const round = await work();
      if (round !== undefined) health.saw(round);
    } catch (error) {
      const stop = stopErrorOf(error, config.database);
      if (stop !== undefined) throw stop;
      health.failed(error);
      metrics.stepFailures.inc({ watcher: "runtime" });
      logger.error({ error: error instanceof Error ? error.message : String(error) }, "round failed");
    }
    health.beat();
  }

  return {
    health,
    /** Loads and decides once; nothing is sent. What it would do is told as calls. */
    async plan() {
      const { plans, failures } = await engine.plan((await heads.read()).latest);
      const intents = [...plans].flatMap(([watcher, plan]) =>
        plan.intents.map(({ key: name, subject, kind, payload }) => ({
          ...{ watcher, key: name, subject, kind, payload, call: describeIntent(kinds, kind, payload) },
        })),
      );
      return { plans, failures, intents };
    },
    /** Rounds until the signal aborts. @throws StopError */
    async run(signal: AbortSignal): Promise<void> {
      for (let isReady = false; !isReady && !signal.aborted; ) {
        await attempt(async () => {
          const account = signer.address;
          isReady = await catchUp({ db, client, account, kinds: Object.keys(kinds.transactions), logger });
          return undefined;
        });
        if (!isReady) await clock.sleep(config.pollMs, signal);
      }
      while (!signal.aborted) {
        await attempt(() => engine.step(signal));
        await clock.sleep(config.pollMs, signal);
      }
    },
    /** Decides and signs nothing new; what is signed comes to its end, or as far as it comes until the signal aborts. */
    async drain(signal: AbortSignal): Promise<void> {
      do {
        await attempt(async () => {
          const round = await engine.settle(signal);
          drained += round.finished.length;
          return round;
        });
        if ((await countUnsettled(db)) === 0) return;
        await clock.sleep(config.pollMs, signal);
      } while (!signal.aborted);
    },
    /** How far `drain` came, also while its last round still hangs. */
    async left(): Promise<Drained> {
      const counts = await countIntents(db);
      return {
        finished: drained,
        unsettled: await countUnsettled(db),
        waiting: totalOf(counts, ["new"]),
        parked: totalOf(counts, PARKED_STATES),
      };
    },
    close: async () => void (await Promise.all(capabilities.map((capability) => capability.close()))),
  };
}

/** A call as it would be written, or the request that goes to a provider. */
function describeIntent(
  { transactions }: ReturnType<typeof kindsOf>,
  kind: string,
  payload: unknown,
): string {
  const transaction = transactions[kind];
  if (transaction === undefined) return `${kind} ${toJson(payload)}`;
  const { address, functionName, args } = transaction.call(payload);
  return `${address}.${functionName}(${args.map((one) => toJson(one)).join(", ")})`;
}

/** The error that must end the daemon, if `error` is or hides one. */
export function stopErrorOf(error: unknown, database: string): StopError | undefined {
  const damage = findCause(error, isDamage);
  return damage instanceof Error
    ? new DatabaseDamagedError(database, damage.message, error)
    : stopErrorIn(error);
}
