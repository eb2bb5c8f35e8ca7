/** Reads an epoch with 10,000 events, in a process of its own; says how many it stored, with how much memory. */
import { readFileSync } from "node:fs";
import { storageDealsAbi } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Abi } from "viem";
import { openWatcherDatabase } from "../src/open-watcher-database.ts";
import { createChainReader } from "../src/runtime/chain-reader.ts";
import type { RuntimeTables } from "../src/runtime/database.ts";
import { createEventLog } from "../src/runtime/event-log.ts";
import { createHeads } from "../src/runtime/heads.ts";
import { manualClock } from "./manual-clock.ts";
import { DEALS, MemoryChain } from "./memory-chain.ts";
import { quiet } from "./quiet.ts";

const EVENTS = 10_000;
const chain = new MemoryChain({ events: 0 });
chain.advance(1000);
chain.mine(EVENTS);
chain.advance(100);

let [inFlight, most] = [0, 0];
const request = chain.request.bind(chain);
chain.request = async (call) => {
  most = Math.max(most, ++inFlight);
  try {
    return await request(call);
  } finally {
    inFlight--;
  }
};
const db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
const client = chain.client();
const reader = createChainReader({
  ...{
    log: createEventLog(db),
    client,
    heads: createHeads({ client, clock: manualClock() }),
    from: 0n,
    logger: quiet,
  },
  sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
});
const { stored } = await reader.poll();
// Of this program alone: what rusage says begins with the parent's.
const [, peakKb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const rssMb = Number(peakKb) / 1024;
console.log(JSON.stringify({ events: stored, inFlight: most, rssMb }));
