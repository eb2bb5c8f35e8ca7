import { type ClientStyle, startBareChain, tallyAbi } from "@holdfast/devnet";
import { devnet } from "@holdfast/sdk";
import { expect } from "chai";
import type { Kysely } from "kysely";
import { type Abi, type Address, createPublicClient, type PublicClient } from "viem";
import { alice, ask, putCounter, sendCounts } from "../../../devnet/test/counter.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { createChainReader } from "./chain-reader.ts";
import { systemClock } from "./clock.ts";
import type { RuntimeTables } from "./database.ts";
import { createEndpoints } from "./endpoints.ts";
import { createEventLog } from "./event-log.ts";
import { exportLines } from "./export.ts";
import { createHeads } from "./heads.ts";

const START = 3_000n;

describe("chain reader through the Lotus-like face", function () {
  this.timeout(120_000);
  const opened: { destroy(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.destroy();
  });

  async function follow(urls: string[], counter: Address) {
    const db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
    opened.push(db);
    const log = createEventLog(db);
    const endpoints = createEndpoints({
      ...{ urls, chain: devnet, timeoutMs: 2000, batchSize: 1, clock: systemClock, logger: quiet },
    });
    const client = createPublicClient({
      ...{ chain: devnet, transport: endpoints.transport, cacheTime: 0 },
    }) as PublicClient;
    const reader = createChainReader({
      ...{ log, client, heads: createHeads({ client, clock: systemClock }), from: START, logger: quiet },
      sources: [{ name: "counter", address: counter, abi: tallyAbi as Abi }],
    });
    return {
      poll: () => reader.poll(),
      async lines() {
        const lines: string[] = [];
        for await (const line of exportLines(log)) lines.push(line);
        return lines;
      },
      events: () => db.selectFrom("events").select("epoch").execute(),
    };
  }

  for (const style of ["lotus", "old-lotus", "forest"] as const satisfies ClientStyle[]) {
    it(`ends with what a fresh sync of the canonical chain has, on two nodes of ${style} that fail every fifth request`, async () => {
      const ways = { style, finality: { safe: 30, finalized: 20 } };
      const faults = {
        ...{ rate: 0.2, hangMs: 100, retryAfterSeconds: 0 },
        // Another chain's id stops a daemon, and a stale node is no fault that a request shows.
        kinds: [
          "drop-before",
          "drop-after",
          "throttle",
          "bad-gateway",
          "malformed",
          "duplicate-logs",
          "reordered-logs",
        ],
      } as const;
      const reorgs = { every: 25, maxDepth: 12 };
      const chain = await startBareChain({ seed: 42, nullRounds: 0.15, reorgs, ...ways, faults });
      try {
        const second = await chain.lotus.open({ ...ways, faults });
        const clean = await chain.lotus.open(ways);
        const counter = await putCounter(chain);
        const reader = await follow([chain.face.url, second.url], counter);
        // A reorganisation may drop messages: what comes next is the node's to say.
        const nonce = async () =>
          Number((await ask(clean.url, "eth_getTransactionCount", alice.account.address, "pending")).result);
        let failed = 0;
        for (let round = 0; round < 60; round++) {
          await sendCounts(clean.url, counter, await nonce());
          await chain.mine(1 + (round % 5));
          await reader.poll().catch(() => failed++);
        }
        await chain.mine(30);
        const fresh = await follow([clean.url], counter);
        await fresh.poll();
        const isRead = () =>
          reader.poll().then(
            () => true,
            () => false,
          );
        for (let round = 0; round < 50 && !(await isRead()); round++);
        expect((await fresh.events()).length).to.be.above(40);
        expect(failed).to.be.within(1, 40);
        const [followed, synced] = [await reader.lines(), await fresh.lines()];
        expect(followed.join() === synced.join(), "the same events").to.equal(true);
      } finally {
        await chain.stop();
      }
    });
  }
});
