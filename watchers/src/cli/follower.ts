import { findCause } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { PublicClient } from "viem";
import type { DaemonConfig } from "../config.ts";
import type { Capability } from "../runtime/capability.ts";
import { type ChainReader, createChainReader } from "../runtime/chain-reader.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { isDamage } from "../runtime/database.ts";
import { createEventLog, type StoredEvent } from "../runtime/event-log.ts";
import type { createHeads, Heads } from "../runtime/heads.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { stopErrorIn } from "../runtime/stop-error.ts";

export interface FollowerOptions {
  config: DaemonConfig;
  db: Kysely<RuntimeTables>;
  client: PublicClient;
  heads: ReturnType<typeof createHeads>;
  capabilities: readonly Capability[];
  logger: Logger;
  metrics: Metrics;
}

/** Epochs without events, after which what is decided rests on the contracts' state alone for too long. */
const TOO_FAR_BEHIND = 60n;

/** Looks at the chain before every round: how far it is, and what its contracts told since. */
export function createFollower({
  config,
  db,
  client,
  heads,
  capabilities,
  logger,
  metrics,
}: FollowerOptions) {
  const log = createEventLog(db);
  let current: Awaited<ReturnType<typeof heads.read>>;
  let reader: ChainReader | undefined;
  let isSyncing = true;

  async function open(): Promise<ChainReader> {
    const from =
      config.chain.fromEpoch ?? (await firstEpoch(db)) ?? (await rememberFirst(db, current.latest));
    return createChainReader({
      ...{ log, client, from, logger, metrics, keep },
      heads: { read: async () => current },
      sources: capabilities.flatMap(({ sources = [] }) => sources),
    });
  }

  async function keep(events: StoredEvent[]): Promise<StoredEvent[]> {
    const kept = await Promise.all(capabilities.map((capability) => capability.keep?.(events) ?? []));
    const wanted = new Set(kept.flat());
    return events.filter((event) => wanted.has(event));
  }

  return {
    isSyncing: () => isSyncing,
    /**
     * What to do is decided from the contracts' state. So events that a node withholds are told of, and hold up nothing.
     * @throws ReorgTooDeepError, ChainMismatchError, or what the node says when it does not tell its head
     */
    async reach(): Promise<Heads> {
      current = await heads.read();
      try {
        reader ??= await open();
        await reader.poll();
        isSyncing = false;
      } catch (error) {
        const stop = stopErrorIn(error);
        if (stop !== undefined || findCause(error, isDamage) !== undefined) throw stop ?? error;
        metrics.stepFailures.inc({ watcher: "reader" });
        logger.warn({ epoch: current.latest, error: (error as Error).message }, "events not read");
        const read = (await log.checkpoint())?.epoch;
        if (read !== undefined) metrics.lagEpochs.set(Number(current.latest - read));
        isSyncing ||= read !== undefined && current.latest - read > TOO_FAR_BEHIND;
      }
      return current;
    },
  };
}

const FIRST = "reader:from";

/** The epoch of the first start; undefined before it. */
export async function firstEpoch(db: Kysely<RuntimeTables>): Promise<bigint | undefined> {
  const row = await db.selectFrom("checkpoints").select("value").where("name", "=", FIRST).executeTakeFirst();
  return row === undefined ? undefined : BigInt(row.value);
}

async function rememberFirst(db: Kysely<RuntimeTables>, epoch: bigint): Promise<bigint> {
  const value = `${epoch}`;
  await db.insertInto("checkpoints").values({ name: FIRST, value }).execute();
  return epoch;
}
