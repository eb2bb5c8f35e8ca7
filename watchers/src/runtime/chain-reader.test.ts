import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { storageDealsAbi } from "@holdfast/sdk";
import { expect } from "chai";
import type { Kysely } from "kysely";
import type { Abi } from "viem";
import { manualClock } from "../../test/manual-clock.ts";
import {
  DEALS,
  MemoryChain,
  type MemoryChainOptions,
  type NullStyle,
  refusal,
  seeded,
} from "../../test/memory-chain.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { ReorgTooDeepError } from "./chain-errors.ts";
import { createChainReader, OtherForkError } from "./chain-reader.ts";
import type { RuntimeTables } from "./database.ts";
import { createEventLog } from "./event-log.ts";
import { exportLines } from "./export.ts";
import { createHeads } from "./heads.ts";
import { createMetrics } from "./metrics.ts";
import { decodePayload } from "./payload.ts";

describe("chain reader", () => {
  const opened: { destroy(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.destroy();
  });

  async function follow(chain: MemoryChain, from = 0n) {
    const db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
    opened.push(db);
    const log = createEventLog(db);
    const metrics = createMetrics();
    /** A reader as after a restart: what it knows is in the database. */
    const start = () => {
      const client = chain.client();
      return createChainReader({
        ...{
          log,
          client,
          heads: createHeads({ client, clock: manualClock(), metrics }),
          from,
          logger: quiet,
          metrics,
        },
        sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
        limits: { epochs: BigInt(chain.options.limits.epochs), results: chain.options.limits.results },
      });
    };
    let reader = start();
    return {
      log,
      metrics,
      poll: () => reader.poll(),
      restart: () => {
        reader = start();
      },
      /** Amounts of the events stored, in the order of the chain: each event of the chain has its own. */
      async amounts(): Promise<bigint[]> {
        const rows = await db
          .selectFrom("events")
          .select("args")
          .orderBy("epoch")
          .orderBy("logIndex")
          .execute();
        return rows.map(({ args }) => decodePayload<{ amount: bigint }>(args).amount);
      },
      async export(): Promise<string> {
        const lines: string[] = [];
        for await (const line of exportLines(log)) lines.push(line);
        return lines.join("\n");
      },
    };
  }

  const onChain = (chain: MemoryChain, upTo = chain.head) =>
    chain.tipsets.slice(0, upTo + 1).flatMap((tipset) => tipset?.logs.map(({ amount }) => amount) ?? []);

  async function thrown(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  const STYLES: Record<NullStyle, string> = {
    "code-12": "an error of code 12",
    null: "null",
    previous: "the tipset before",
  };
  for (const [style, told] of Object.entries(STYLES) as [NullStyle, string][]) {
    it(`misses and doubles no event in 10,000 epochs whose null rounds are told by ${told}`, async () => {
      // Small ranges, so that many of them begin and end in null rounds.
      const options: MemoryChainOptions = { seed: 7, nullStyle: style, limits: { epochs: 100, results: 40 } };
      const chain = new MemoryChain(options);
      const reader = await follow(chain);
      chain.advance(4000);
      await reader.poll();
      while (chain.head < 10_000) {
        if (chain.random() < 0.1) chain.skip(5);
        chain.advance(1 + Math.floor(chain.random() * 40));
        if (chain.random() < 0.02) reader.restart();
        await reader.poll();
      }
      const nulls = chain.tipsets.filter((tipset) => tipset === undefined).length;
      expect(nulls / chain.head).to.be.within(0.1, 0.2);
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
      expect((await reader.log.checkpoint())?.epoch).to.equal(BigInt(chain.head));
    });
  }

  describe("reorganisations", () => {
    it("leave a database that is to the byte that of a fresh sync: depths 1 to 20 every 50 epochs, and a deep one", async () => {
      const chain = new MemoryChain({ seed: 11, finality: 60 });
      const reader = await follow(chain);
      let next = 50;
      while (chain.head < 10_000) {
        chain.advance(1 + Math.floor(chain.random() * 24));
        await reader.poll();
        if (chain.head < next) continue;
        next = chain.head + 25 + Math.floor(chain.random() * 50);
        chain.reorg(1 + Math.floor(chain.random() * 20));
        if (chain.random() < 0.2) reader.restart();
        await reader.poll();
      }
      chain.reorg(55);
      await reader.poll();
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
      const fresh = await follow(chain);
      await fresh.poll();
      const [followed, synced] = [await reader.export(), await fresh.export()];
      expect(followed.split("\n").length).to.be.above(5000);
      expect(followed === synced, "exports are equal").to.equal(true);
      const { values } = await reader.metrics.reorgs.get();
      expect(values.reduce((sum, { value }) => sum + value, 0)).to.be.above(100);
    });

    it("of everything that is stored, soon after a first start at the head, are ordinary ones", async () => {
      const chain = new MemoryChain({ seed: 3, nullRounds: 0, events: 1 });
      chain.advance(500);
      const reader = await follow(chain, 500n);
      await reader.poll();
      chain.reorg(3);
      // The node fails between the rollback and the events, and the process is started again.
      chain.onRequest = (method) => {
        if (method === "eth_getLogs") throw refusal(-32603, "internal error");
      };
      expect(await thrown(reader.poll())).to.match(/internal error/);
      expect(await reader.amounts()).to.deep.equal([]);
      chain.onRequest = () => {};
      reader.restart();
      await reader.poll();
      chain.reorg(1);
      chain.advance(1);
      await reader.poll();
      const own = chain.tipsets
        .slice(500)
        .flatMap((tipset) => tipset?.logs.map(({ amount }) => amount) ?? []);
      expect(own).not.to.deep.equal([]);
      expect(await reader.amounts()).to.deep.equal(own);
    });

    it("below what is final stop the reader for good, and it stores nothing of them", async () => {
      const chain = new MemoryChain({ seed: 3 });
      const reader = await follow(chain);
      chain.advance(500);
      await reader.poll();
      const before = await reader.export();
      chain.reorg(60);
      const error = await thrown(reader.poll());
      expect(error).to.be.instanceOf(ReorgTooDeepError);
      expect((error as ReorgTooDeepError).exitCode).to.equal(4);
      chain.advance(100);
      reader.restart();
      expect(await thrown(reader.poll())).to.be.instanceOf(ReorgTooDeepError);
      expect(await reader.export()).to.equal(before);
    });

    it("are not seen in a node that is only behind", async () => {
      const chain = new MemoryChain({ seed: 5, nullRounds: 0 });
      const reader = await follow(chain);
      chain.advance(200);
      await reader.poll();
      const ahead = chain.tipsets.splice(190);
      expect((await reader.poll()).reorg).to.equal(0n);
      chain.tipsets.push(...ahead);
      chain.advance(5);
      expect((await reader.poll()).reorg).to.equal(0n);
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
    });

    it("between a node's head and its events are waited out", async () => {
      const chain = new MemoryChain({ seed: 6, nullRounds: 0, events: 1 });
      const reader = await follow(chain);
      chain.advance(100);
      await reader.poll();
      chain.advance(5);
      chain.onRequest = (method) => {
        if (method !== "eth_getLogs") return;
        chain.onRequest = () => {};
        chain.reorg(3);
      };
      expect(await thrown(reader.poll())).to.be.instanceOf(OtherForkError);
      await reader.poll();
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
    });

    it("while nobody watched are found on the return", async () => {
      const chain = new MemoryChain({ seed: 8 });
      const reader = await follow(chain);
      chain.advance(300);
      await reader.poll();
      chain.reorg(20);
      chain.advance(1000);
      reader.restart();
      expect((await reader.poll()).reorg).to.be.above(0n);
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
    });
  });

  describe("ranges", () => {
    const asked = (chain: MemoryChain) => {
      const sizes: number[] = [];
      chain.onRequest = (method, [filter]) => {
        const { fromBlock, toBlock } = filter as { fromBlock?: string; toBlock?: string };
        if (method === "eth_getLogs" && fromBlock) sizes.push(Number(toBlock) - Number(fromBlock) + 1);
      };
      return sizes;
    };

    it("begin at a day, halve when the node refuses, grow by half when it does not", async () => {
      const chain = new MemoryChain({ seed: 2, nullRounds: 0, limits: { epochs: 1000, results: 10_000 } });
      chain.advance(5000);
      const sizes = asked(chain);
      const db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
      opened.push(db);
      const client = chain.client();
      const reader = createChainReader({
        ...{
          log: createEventLog(db),
          client,
          heads: createHeads({ client, clock: manualClock() }),
          from: 1n,
          logger: quiet,
        },
        sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
      });
      await reader.poll();
      expect(sizes).to.deep.equal([2880, 1440, 720, 1080, 540, 810, 1215, 607, 911, 1367, 683, 729]);
      expect(Math.max(...sizes)).to.equal(2880);
      expect(await db.selectFrom("events").select("epoch").execute()).to.have.length(onChain(chain).length);
    });

    it("never take as many results as the node gives at most for all there are", async () => {
      // The node cuts off in silence, as some do, instead of refusing.
      const chain = new MemoryChain({
        seed: 4,
        nullRounds: 0.1,
        events: 1,
        limits: { epochs: 2880, results: 20 },
      });
      const cut = chain.request.bind(chain);
      chain.request = async (call) => {
        chain.options.limits.results = Number.POSITIVE_INFINITY;
        const answer = await cut(call);
        chain.options.limits.results = 20;
        const isRange =
          call.method === "eth_getLogs" && !(call.params as [{ blockHash?: string }])[0].blockHash;
        return isRange ? (answer as unknown[]).slice(0, 20) : answer;
      };
      const reader = await follow(chain);
      chain.advance(300);
      chain.mine(75);
      chain.advance(300);
      await reader.poll();
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
    });

    it("halve when the node takes too long", async () => {
      const chain = new MemoryChain({ seed: 2, nullRounds: 0 });
      const reader = await follow(chain);
      chain.advance(1000);
      chain.onRequest = (method, [filter]) => {
        const { fromBlock, toBlock } = filter as { fromBlock?: string; toBlock?: string };
        if (method !== "eth_getLogs" || Number(toBlock) - Number(fromBlock) < 300) return;
        throw Object.assign(new Error("The request took too long to respond."), { name: "TimeoutError" });
      };
      await reader.poll();
      expect(await reader.amounts()).to.deep.equal(onChain(chain));
    });
  });

  it("finds an event that the node hid for an hour, by the hourly look at the last day", async () => {
    const chain = new MemoryChain({ seed: 9, events: 0.3, nullRounds: 0 });
    const reader = await follow(chain);
    chain.advance(200);
    await reader.poll();
    chain.mine(1);
    chain.hidden.add(chain.head);
    let rescued = 0;
    for (let epoch = 0; epoch < 120; epoch++) {
      chain.advance(1);
      rescued += (await reader.poll()).rescued;
    }
    expect(rescued).to.equal(0);
    chain.hidden.clear();
    for (let epoch = 0; epoch < 120; epoch++) {
      chain.advance(1);
      rescued += (await reader.poll()).rescued;
    }
    expect(rescued).to.equal(1);
    expect(await reader.amounts()).to.deep.equal(onChain(chain));
    expect((await reader.metrics.rescues.get()).values[0]?.value).to.equal(1);
  });

  it("finds an event that the node hid for a few polls within two confirmation depths", async () => {
    const chain = new MemoryChain({ seed: 9, nullRounds: 0 });
    const reader = await follow(chain);
    chain.advance(200);
    await reader.poll();
    chain.mine(2);
    chain.hidden.add(chain.head);
    await reader.poll();
    chain.advance(50);
    await reader.poll();
    chain.hidden.clear();
    expect((await reader.poll()).rescued).to.equal(2);
  });

  it("goes on behind events that no node has any more, and says which epochs they were", async () => {
    const chain = new MemoryChain({ seed: 12 });
    const reader = await follow(chain);
    chain.advance(100);
    await reader.poll();
    const [{ reached }, before] = [await reader.poll(), await reader.amounts()];
    // Two days and a night.
    chain.advance(2 * 2880 + 1000);
    chain.prunedBefore = chain.head - 2880;
    reader.restart();
    await reader.poll();
    expect(await reader.log.gaps()).to.deep.equal([[reached + 1n, BigInt(chain.prunedBefore - 1)]]);
    const kept = chain.tipsets.slice(chain.prunedBefore).flatMap((tipset) => tipset?.logs ?? []);
    expect(await reader.amounts()).to.deep.equal([...before, ...kept.map(({ amount }) => amount)]);
    expect((await reader.export()).split("\n")[0]).to.match(/^{"type":"gap"/);
  });

  it("has a checkpoint that is never ahead of the events, whatever fails on the way", async () => {
    const chain = new MemoryChain({ seed: 13, limits: { epochs: 50, results: 30 } });
    const reader = await follow(chain);
    const chance = seeded(99);
    let failures = 0;
    chain.onRequest = () => {
      if (chance() < 0.05) throw refusal(-32603, "internal error");
    };
    for (let round = 0; round < 300; round++) {
      chain.advance(1 + Math.floor(chance() * 30));
      if (chance() < 0.1) chain.reorg(1 + Math.floor(chance() * 20));
      if ((await thrown(reader.poll())) !== undefined) failures++;
      if (chance() < 0.3) reader.restart();
      const checkpoint = await reader.log.checkpoint();
      if (checkpoint === undefined) continue;
      const tipset = chain.tipsets[Number(checkpoint.epoch)];
      // Of a fork that was left it may be still; then its events are that fork's.
      if (tipset?.hash !== checkpoint.hash) continue;
      const stored = await reader.amounts();
      const due = onChain(chain, Number(checkpoint.epoch));
      expect(stored.slice(0, due.length)).to.deep.equal(due);
    }
    expect(failures).to.be.above(30);
    chain.onRequest = () => {};
    await reader.poll();
    expect(await reader.amounts()).to.deep.equal(onChain(chain));
  });

  it("takes 10,000 events of one epoch within 300 MB", async () => {
    const script = fileURLToPath(new URL("../../test/busy-epoch.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const { events, inFlight, rssMb } = JSON.parse(stdout) as Record<string, number>;
    expect(events).to.equal(10_000);
    expect(inFlight).to.equal(1);
    expect(rssMb).to.be.below(300);
  });
});
