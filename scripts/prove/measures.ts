import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chance } from "@holdfast/devnet";
import { chainById } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import pino from "pino";
import { type Address, createPublicClient, type Hex, http, numberToHex, type PublicClient } from "viem";
import { tallyAbi } from "../../devnet/src/lotus/tally.ts";
import { openWatcherDatabase } from "../../watchers/src/open-watcher-database.ts";
import { createChainReader } from "../../watchers/src/runtime/chain-reader.ts";
import { systemClock } from "../../watchers/src/runtime/clock.ts";
import type { RuntimeTables } from "../../watchers/src/runtime/database.ts";
import { createEventLog } from "../../watchers/src/runtime/event-log.ts";
import { exportLines } from "../../watchers/src/runtime/export.ts";
import { noFault } from "../../watchers/src/runtime/fault-point.ts";
import { createHeads } from "../../watchers/src/runtime/heads.ts";
import { createOutbox } from "../../watchers/src/runtime/outbox.ts";
import { FINALITY } from "./kill-run.ts";
import { createNursery } from "./life.ts";
import type { PayerOrders } from "./orders.ts";
import type { Town } from "./town.ts";

const logger = pino({ level: "silent" });

interface Reading {
  database: string;
  url: string;
  address: Address;
  maxRange?: number;
}

/** Reads a contract's events into a database, all that there are. */
async function read(town: Town, { database, url, address, maxRange = 2880 }: Reading) {
  const db = (await openWatcherDatabase(database)) as unknown as Kysely<RuntimeTables>;
  const client = createPublicClient({
    ...{ chain: chainById(31_415_926), transport: http(url, { retryCount: 0 }), cacheTime: 0 },
  }) as PublicClient;
  const log = createEventLog(db);
  const reader = createChainReader({
    ...{ log, client, heads: createHeads({ client, clock: systemClock }), from: BigInt(town.from), logger },
    sources: [{ name: "requests", address, abi: tallyAbi }],
    limits: { epochs: BigInt(maxRange), results: 10_000 },
  });
  await reader.poll();
  return { db, log };
}

/** Whether the database of a payer that lived through reorganisations is that of a fresh sync, to the byte. */
export async function compareWithFreshSync(town: Town, database: string, folder: string) {
  const { url } = await town.open({ finality: FINALITY });
  const exported: string[] = [];
  for (const path of [database, join(folder, "fresh.db")]) {
    const { db, log } = await read(town, { database: path, url, address: town.requests });
    let text = "";
    for await (const line of exportLines(log)) text += `${line}\n`;
    exported.push(text);
    await db.destroy();
  }
  const [lived = "", fresh = ""] = exported;
  return { isEqual: lived === fresh, bytes: lived.length, lines: lived.split("\n").length - 1 };
}

/** Events read through each style of client, in small ranges, against those that there are. The town stands still. */
export async function readInEveryStyle(town: Town, folder: string) {
  const { provider } = town.chain;
  const filter = { address: town.requests, fromBlock: numberToHex(town.from) };
  const logs = (await provider.request({ method: "eth_getLogs", params: [filter] })) as {
    blockNumber: Hex;
    logIndex: Hex;
  }[];
  const expected = logs.map(({ blockNumber, logIndex }) => `${Number(blockNumber)}/${Number(logIndex)}`);
  const faults: string[] = [];
  for (const style of ["lotus", "old-lotus", "forest"] as const) {
    const { url } = await town.open({ style, maxRange: 40, finality: FINALITY });
    const database = join(folder, `style-${style}.db`);
    const { db } = await read(town, { database, url, address: town.requests, maxRange: 40 });
    const rows = await db.selectFrom("events").select(["epoch", "logIndex"]).execute();
    const found = rows.map(({ epoch, logIndex }) => `${epoch}/${logIndex}`);
    const missed = expected.filter((place) => !found.includes(place)).length;
    if (missed > 0 || found.length !== expected.length)
      faults.push(`${style}: ${missed} missed, ${found.length} found`);
    await db.destroy();
  }
  return { events: expected.length, faults };
}

/** Milliseconds from the start of a process to its first whole round, on a database with so many intents. */
export async function measureRestart(town: Town, folder: string, intents: number): Promise<number[]> {
  const database = join(folder, "large.db");
  const { url } = await town.open({ finality: FINALITY });
  const { db } = await read(town, { database, url, address: town.silent });
  const outbox = createOutbox({ db, clock: systemClock, fault: noFault });
  const all = Array.from({ length: intents }, (_, index) => {
    const id = 10n ** 9n + BigInt(index);
    return { key: `pay:${id}`, subject: `pay:${id}`, kind: "pay", payload: { id } };
  });
  for (let start = 0; start < intents; start += 1000)
    await outbox.enqueue(all.slice(start, start + 1000), 1n);
  await db.updateTable("intents").set({ state: "done", finishedEpoch: 1 }).execute();
  await db.destroy();
  const orders = ordersOf(town, url, database);
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const nursery = await createNursery("payer", { ahead: false });
    const start = performance.now();
    const life = await nursery.begin(orders);
    await Promise.race([life.ready, life.death]);
    times.push(performance.now() - start);
    await life.kill();
    await nursery.close();
  }
  return times;
}

/** Processes that are killed over their first start, each on a database of its own. How many then start all the same. */
export async function measureBirths(
  town: Town,
  folder: string,
  seed: number,
  count: number,
): Promise<number> {
  const { url } = await town.open({ finality: FINALITY });
  const nursery = await createNursery("payer");
  let sound = 0;
  for (let birth = 0; birth < count; birth++) {
    const database = join(folder, `birth-${birth}.db`);
    const orders = ordersOf(town, url, database);
    const first = await nursery.begin(orders);
    await sleep(chance(seed, "birth", birth) * LONGEST_BIRTH_MS);
    await first.kill();
    const second = await nursery.begin(orders);
    const outcome = await Promise.race([second.ready, second.death]);
    if (typeof outcome === "number") sound++;
    await second.kill();
  }
  await nursery.close();
  return sound;
}

const LONGEST_BIRTH_MS = 120;

/** Of a contract that asks for nothing: its payer has only what it finds in its database. */
function ordersOf(town: Town, url: string, database: string): PayerOrders {
  return {
    ...{ urls: [url], database, privateKey: town.privateKey, requests: town.silent },
    ...{ payouts: town.payouts, from: town.from, pollMs: 15 },
  };
}
