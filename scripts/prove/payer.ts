import { once } from "node:events";
import { chainById } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import pino from "pino";
import { createPublicClient, type PublicClient } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { tallyAbi } from "../../devnet/src/lotus/tally.ts";
import { openWatcherDatabase } from "../../watchers/src/open-watcher-database.ts";
import type { Capability, Watcher } from "../../watchers/src/runtime/capability.ts";
import { createChainIdentity } from "../../watchers/src/runtime/chain-identity.ts";
import { createChainReader } from "../../watchers/src/runtime/chain-reader.ts";
import { systemClock } from "../../watchers/src/runtime/clock.ts";
import { OPEN_STATES, type RuntimeTables } from "../../watchers/src/runtime/database.ts";
import { createEndpoints } from "../../watchers/src/runtime/endpoints.ts";
import { createEngine, kindsOf } from "../../watchers/src/runtime/engine.ts";
import { createEventLog } from "../../watchers/src/runtime/event-log.ts";
import { killAt, noFault } from "../../watchers/src/runtime/fault-point.ts";
import { createHeads } from "../../watchers/src/runtime/heads.ts";
import { createMetrics } from "../../watchers/src/runtime/metrics.ts";
import { createOutbox, type Intent } from "../../watchers/src/runtime/outbox.ts";
import { decodePayload } from "../../watchers/src/runtime/payload.ts";
import { createRequestRunner } from "../../watchers/src/runtime/request-runner.ts";
import { StopError } from "../../watchers/src/runtime/stop-error.ts";
import { createTransactionSender } from "../../watchers/src/runtime/transaction-sender.ts";
import type { PayerNews, PayerOrders } from "./orders.ts";

/**
 * The watchers' runtime with the smallest of watchers on it: whatever number the one contract's events name, it has the
 * other contract count, once. All that matters is the runtime's: reader, outbox, sender, runner, engine, endpoints.
 */
async function pay(orders: PayerOrders): Promise<void> {
  const started = performance.now();
  const { requests, payouts, announceUrl, faultAt, pollMs } = orders;
  const chain = chainById(31_415_926);
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() * HASTE };
  const logger = pino({ level: process.env.PROVE_LOG ?? "silent" }, pino.destination(2));
  const metrics = createMetrics();
  const fault = faultAt === undefined ? noFault : killAt(faultAt);
  const db = (await openWatcherDatabase(orders.database)) as unknown as Kysely<RuntimeTables>;
  const identity = createChainIdentity({ db, chainId: chain.id, contracts: { requests, payouts } });
  const endpoints = createEndpoints({
    ...{ urls: orders.urls, chain, verify: identity.check, timeoutMs: 500, clock, logger, metrics },
  });
  const client = createPublicClient({ chain, transport: endpoints.transport, cacheTime: 0 }) as PublicClient;
  const heads = createHeads({ client, clock, metrics });
  const log = createEventLog(db);
  const reader = createChainReader({
    ...{ log, client, heads, from: BigInt(orders.from), logger, metrics },
    sources: [{ name: "requests", address: requests, abi: tallyAbi }],
  });
  const outbox = createOutbox({ db, clock, fault, random: Math.random });

  const watcher: Watcher = {
    name: "payer",
    async plan(epoch) {
      const { heads: reached } = await reader.poll();
      const intents: Intent[] = [];
      // Money goes out for what can no longer be undone.
      for await (const { args } of log.upTo(reached.finalized)) {
        const { id } = decodePayload<{ id: bigint }>(args);
        // Half of the outcomes count when they are seen, half when they are final.
        const kind = id % 2n === 0n ? "pay" : "pay-observed";
        intents.push({ key: `pay:${id}`, subject: `pay:${id}`, kind, payload: { id } });
        if (announceUrl !== undefined)
          intents.push({ key: `tell:${id}`, subject: `tell:${id}`, kind: "tell", payload: { id } });
      }
      return { epoch, intents, alerts: [] };
    },
  };
  const transaction = (finality: "final" | "observe") => ({
    finality,
    call: (payload: unknown) => ({
      ...{ address: payouts, abi: tallyAbi, functionName: "count" },
      args: [(payload as { id: bigint }).id],
    }),
    extract: () => null,
  });
  const capability: Capability = {
    name: "payer",
    watchers: [watcher],
    transactions: { pay: transaction("final"), "pay-observed": transaction("observe") },
    requests: {
      async tell(payload) {
        const response = await fetch(`${announceUrl}/${(payload as { id: bigint }).id}`, { method: "POST" });
        return response.ok
          ? { outcome: "done", result: null }
          : { outcome: "retry", reason: `HTTP ${response.status}` };
      },
    },
    close: async () => {},
  };
  const kinds = kindsOf([capability]);
  const sender = createTransactionSender({
    ...{ outbox, client, account: privateKeyToAccount(orders.privateKey), chainId: chain.id },
    ...{ kinds: kinds.transactions, fault, logger, metrics },
    limits: {
      ...{ confirmations: 900n, stuckAfter: 8n, maxInFlight: 10, minBalance: 0n },
      ...{ maxTransactionCost: 10n ** 18n, maxHourlyCost: 10n ** 22n, maxDailyCost: 10n ** 22n },
    },
  });
  const runner = createRequestRunner({ outbox, kinds: kinds.requests, fault, logger });
  const engine = createEngine({
    ...{ capabilities: [capability], outbox, sender, runner, reach: heads.read, clock, logger, metrics },
  });

  let [failures, rounds, heapUsed] = [0, 0, 0];
  let isReady = false;
  for (;;) {
    try {
      const round = await engine.step();
      failures += round.failures.size;
      if (!isReady) tell({ type: "ready", ms: performance.now() - started });
      isReady = true;
    } catch (error) {
      if (error instanceof StopError) throw error;
      failures++;
      logger.warn({ error: String(error) }, "round failed");
    }
    const { open, done } = await progress(db);
    // What is left after a collection: the rest is only not collected yet.
    if (rounds++ % ROUNDS_PER_COLLECTION === 0) {
      globalThis.gc?.();
      heapUsed = process.memoryUsage().heapUsed;
    }
    const { rss } = process.memoryUsage();
    tell({ type: "round", open, done, heapMb: heapUsed / 1e6, rssMb: rss / 1e6, unhandled, failures });
    await clock.sleep(pollMs);
  }
}

const ROUNDS_PER_COLLECTION = 25;
/** Epochs last some milliseconds here instead of 30 s; waits between tries, and for endpoints, are as much shorter. */
const HASTE = 100;

async function progress(db: Kysely<RuntimeTables>): Promise<{ open: number; done: number }> {
  const rows = await db
    .selectFrom("intents")
    .select(["state", (row) => row.fn.countAll<number>().as("count")])
    .groupBy("state")
    .execute();
  const sum = (isIn: (state: string) => boolean) =>
    rows.filter(({ state }) => isIn(state)).reduce((total, { count }) => total + Number(count), 0);
  return {
    open: sum((state) => OPEN_STATES.includes(state as never)),
    done: sum((state) => state === "done"),
  };
}

const tell = (news: PayerNews) => process.send?.(news);

let unhandled = 0;
process.on("unhandledRejection", () => {
  unhandled++;
});
process.on("disconnect", () => process.exit(0));
tell({ type: "standby" });
const [orders] = (await once(process, "message")) as [PayerOrders];
await pay(orders).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof StopError ? error.exitCode : 1);
});
