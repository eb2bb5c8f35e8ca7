import type { Kysely, Transaction } from "kysely";
import type { Logger } from "pino";
import type { LocalAccount } from "viem";
import type { DaemonConfig } from "../config.ts";
import type { DealsTables } from "../deals/tables.ts";
import type { Clock } from "../runtime/clock.ts";
import {
  bindDatabase,
  DatabaseDamagedError,
  isDamage,
  OPEN_STATES,
  type RuntimeTables,
} from "../runtime/database.ts";
import { createEngine, kindsOf, type Round } from "../runtime/engine.ts";
import type { Fault } from "../runtime/fault-point.ts";
import { countIntents, measureIntents, totalOf } from "../runtime/intents.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { createRequestRunner } from "../runtime/request-runner.ts";
import { toJson } from "../runtime/status-server.ts";
import { StopError } from "../runtime/stop-error.ts";
import { createTransactionSender } from "../runtime/transaction-sender.ts";
import { openChain } from "./chain.ts";
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
  /** Intents that are still open. */
  open: number;
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
  const chain = await openChain(config);
  await bindDatabase(db, config.database, `${chainId}/${contracts.deals}/${signer.address}`);
  const outbox = createOutbox({ db, clock, fault });
  const { client, network, head } = chain;
  const capabilities = await openCapabilities({
    ...{ config, db: options.db, outbox, client, network, curio, account: signer.address },
    ...{ clock, logger, metrics },
  });
  const kinds = kindsOf(capabilities);
  const limits = { ...config.sender, confirmations: config.finality.depth };
  const sender = createTransactionSender({
    ...{ outbox, client, account: signer as LocalAccount, chainId, kinds: kinds.transactions, limits },
    ...{ clock, fault, logger },
  });
  const runner = createRequestRunner({ outbox, kinds: kinds.requests, clock, fault, logger });
  const engine = createEngine({ capabilities, outbox, sender, runner, head, clock, logger, metrics });
  const health = createHealth({ config, db, account: signer.address, watchers: engine.watchers, clock });

  /** A round whose failure the next round may mend. @throws StopError otherwise */
  async function attempt(work: () => Promise<Round>): Promise<void> {
    try {
      health.saw(await work());
    } catch (error) {
      const stop = stopErrorOf(error, config.database);
      if (stop !== undefined) throw stop;
      health.failed(error);
      metrics.stepFailures.inc({ watcher: "runtime" });
      logger.error({ error: error instanceof Error ? error.message : String(error) }, "round failed");
    }
    measureIntents(metrics, await countIntents(db));
  }

  /**
   * Without a record of what was sent before, nothing is sent until all of it has been mined: what the chain says is then
   * all that there is.
   */
  async function settle(signal: AbortSignal): Promise<void> {
    const { count } = await db
      .selectFrom("intents")
      .select((row) => row.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    if (Number(count) > 0) return;
    const { address } = signer;
    while (!signal.aborted) {
      health.beat();
      try {
        const [mined, known] = await Promise.all([
          client.getTransactionCount({ address, blockTag: "latest" }),
          client.getTransactionCount({ address, blockTag: "pending" }),
        ]);
        if (known <= mined) return;
        logger.warn({ pending: known - mined }, "waiting for earlier transactions of this key");
      } catch (error) {
        logger.warn(
          { error: error instanceof Error ? error.message : String(error) },
          "no answer about the account",
        );
      }
      await clock.sleep(config.pollMs, signal);
    }
  }

  return {
    health,
    /** Loads and decides once; nothing is sent. What it would do is told as calls. */
    async plan() {
      const { plans, failures } = await engine.plan(await head());
      const intents = [...plans].flatMap(([watcher, plan]) =>
        plan.intents.map(({ key: name, subject, kind, payload }) => ({
          ...{ watcher, key: name, subject, kind, payload, call: describeIntent(kinds, kind, payload) },
        })),
      );
      return { plans, failures, intents };
    },
    /** Rounds until the signal aborts. @throws StopError */
    async run(signal: AbortSignal): Promise<void> {
      await settle(signal);
      while (!signal.aborted) {
        health.beat();
        await attempt(() => engine.step(signal));
        health.beat();
        await clock.sleep(config.pollMs, signal);
      }
    },
    /** Decides nothing new; brings what is stored to its end, as far as that is possible until the signal aborts. */
    async drain(signal: AbortSignal): Promise<Drained> {
      for (let finished = 0; ; ) {
        await attempt(async () => {
          const epoch = await head();
          const ended = await engine.act(epoch, signal);
          finished += ended.length;
          return { epoch, plans: new Map(), finished: ended, failures: new Map() };
        });
        const counts = await countIntents(db);
        const open = totalOf(counts, OPEN_STATES);
        if (open === 0 || signal.aborted) return { finished, open, parked: totalOf(counts, ["parked"]) };
        await clock.sleep(config.pollMs, signal);
      }
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
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StopError) return cause;
    if (isDamage(cause)) return new DatabaseDamagedError(database, cause.message, error);
  }
  return undefined;
}
