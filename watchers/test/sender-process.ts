import type { Kysely } from "kysely";
import { migrations } from "../src/migrations/index.ts";
import { openDatabase, type RuntimeTables } from "../src/runtime/database.ts";
import { type Fault, noFault } from "../src/runtime/fault-point.ts";
import { createMetrics } from "../src/runtime/metrics.ts";
import { createOutbox } from "../src/runtime/outbox.ts";
import type { Fence } from "../src/runtime/transaction-log.ts";
import { createTransactionSender, type SenderLimits } from "../src/runtime/transaction-sender.ts";
import { manualClock } from "./manual-clock.ts";
import { type MemoryNode, TALLY, tallyAbi } from "./memory-node.ts";
import { quiet } from "./quiet.ts";
import { account, chain } from "./test-chain.ts";

export const LIMITS: SenderLimits = {
  ...{ confirmations: 0n, stuckAfter: 10n, maxInFlight: 10, minBalance: 0n },
  ...{ maxTransactionCost: 10n ** 18n, maxHourlyCost: 10n ** 19n, maxDailyCost: 10n ** 20n },
};

export interface SenderProcessOptions {
  client: MemoryNode["client"];
  /** Of the database; or the database, if it is to outlive the process in memory. */
  path: string | Kysely<RuntimeTables>;
  limits?: Partial<SenderLimits>;
  fault?: Fault;
  fence?: Fence;
  transient?: readonly string[];
}

export type Policy = "final" | "observe";

/** Stands for kill -9: nothing of the process outlives it but the database. */
export class Crash extends Error {}

/** An intent to call the contract once with `by`. */
export function count(by: bigint, kind: Policy = "final") {
  return { key: `${kind}:${by}:1`, subject: `${kind}:${by}`, kind, payload: { by } };
}

/** A process of the daemon, as far as it sends: its own connection to the database; `end` is its death. */
export async function startSender(options: SenderProcessOptions) {
  const { client, path, limits = {}, fault = noFault, fence, transient = [] } = options;
  const clock = manualClock();
  const metrics = createMetrics();
  const db = typeof path === "string" ? await openDatabase<RuntimeTables>(path, migrations) : path;
  const outbox = createOutbox({ db, clock, fault, random: () => 0.5 });
  const kind = (finality: Policy) => ({
    finality,
    transient,
    call: (payload: unknown) => ({
      ...{ address: TALLY, abi: tallyAbi, functionName: "count", args: [(payload as { by: bigint }).by] },
    }),
    extract: () => null,
  });
  const sender = createTransactionSender({
    ...{ outbox, client, account, chainId: chain.id, fault, logger: quiet, metrics },
    kinds: { final: kind("final"), observe: kind("observe") },
    limits: { ...LIMITS, ...limits },
    ...(fence === undefined ? {} : { fence }),
  });
  const head = () => client.getBlockNumber({ cacheTime: 0 });
  return {
    ...{ db, outbox, sender, clock, metrics },
    enqueue: async (...intents: ReturnType<typeof count>[]) => outbox.enqueue(intents, await head()),
    /** One round; nothing is final but by depth, unless a test says so. */
    step: async (finalized = 0n, more = {}) => sender.advance({ latest: await head(), finalized }, more),
    intents: () => db.selectFrom("intents").selectAll().orderBy("id").execute(),
    states: async () =>
      (await db.selectFrom("intents").select("state").orderBy("id").execute()).map((i) => i.state),
    transactions: () => db.selectFrom("transactions").selectAll().orderBy("id").execute(),
    end: () => db.destroy(),
  };
}

export type SenderProcess = Awaited<ReturnType<typeof startSender>>;

export interface LifeOptions extends Pick<SenderProcessOptions, "client" | "path" | "fault"> {
  mine(blocks: number, most?: number): Promise<void>;
}

/**
 * A life in which everything happens that can: transactions that are left out until their fees are raised, receipts that
 * are observed or become final, and a call that is refused.
 */
export async function live({ mine, ...options }: LifeOptions): Promise<void> {
  const sender = await startSender({ ...options, limits: { confirmations: 30n } });
  try {
    await sender.enqueue(count(1n), count(2n, "observe"), count(3n, "observe"), count(0n));
    await sender.step();
    await mine(10, 0);
    await sender.step();
    await mine(1);
    await sender.step();
    await mine(31);
    await sender.step();
  } finally {
    await sender.end();
  }
}
