import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storageDealsAbi } from "@holdfast/sdk";
import { expect } from "chai";
import type { Kysely } from "kysely";
import type { Abi } from "viem";
import { manualClock } from "../../test/manual-clock.ts";
import { DEALS, MemoryChain, refusal } from "../../test/memory-chain.ts";
import { overwriteUnder } from "../../test/overwrite-table.ts";
import { quiet } from "../../test/quiet.ts";
import type { DaemonConfig } from "../config.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { Capability } from "../runtime/capability.ts";
import { ReorgTooDeepError } from "../runtime/chain-errors.ts";
import { DatabaseDamagedError, type RuntimeTables } from "../runtime/database.ts";
import { createHeads } from "../runtime/heads.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { stopErrorOf } from "./daemon.ts";
import { createFollower } from "./follower.ts";

describe("follower", () => {
  let folder: string;
  let path: string;
  let db: Kysely<RuntimeTables>;
  let chain: MemoryChain;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-follower-"));
    path = join(folder, "watch.db");
    db = (await openWatcherDatabase(path)) as unknown as Kysely<RuntimeTables>;
    chain = new MemoryChain({ nullRounds: 0, events: 1 });
    chain.advance(100);
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  function follow() {
    const client = chain.client();
    const metrics = createMetrics();
    const told: { level: string; line: object; text: string }[] = [];
    const logger = {
      ...quiet,
      warn: (line: object, text: string) => told.push({ level: "warn", line, text }),
      info: () => undefined,
    } as unknown as typeof quiet;
    const follower = createFollower({
      ...{ config: { chain: { fromEpoch: 0n } } as unknown as DaemonConfig, db, client, logger, metrics },
      heads: createHeads({ client, clock: manualClock(), metrics }),
      capabilities: [
        {
          sources: [{ name: "deals", address: DEALS, abi: storageDealsAbi as Abi }],
          keep: async (events) => events,
        } as Partial<Capability> as Capability,
      ],
    });
    const lag = async () => (await metrics.lagEpochs.get()).values[0]?.value;
    const failures = async () => (await metrics.stepFailures.get()).values[0]?.value;
    return { follower, told, lag, failures };
  }
  const withhold = () => {
    chain.onRequest = (method) => {
      if (method === "eth_getLogs") throw refusal(1, "no logs here");
    };
  };
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail("it went on"),
      (error: unknown) => error,
    );

  it("is syncing until events are read, and tells how far they lag", async () => {
    const { follower, lag } = follow();
    expect(follower.isSyncing()).to.equal(true);
    expect((await follower.reach()).latest).to.equal(100n);
    expect([follower.isSyncing(), await lag()]).to.deep.equal([false, 0]);
  });

  it("is still syncing when a node gives no events at the first start, and goes on all the same", async () => {
    withhold();
    const { follower, told, failures } = follow();
    expect((await follower.reach()).latest).to.equal(100n);
    expect(follower.isSyncing()).to.equal(true);
    expect([told.map(({ text }) => text), await failures()]).to.deep.equal([["events not read"], 1]);
  });

  it("tells the lag while events are withheld; beyond 60 epochs it is syncing again, until they are read", async () => {
    const { follower, lag, told, failures } = follow();
    await follower.reach();
    withhold();
    chain.advance(60);
    expect((await follower.reach()).latest).to.equal(160n);
    expect([follower.isSyncing(), await lag()]).to.deep.equal([false, 60]);
    chain.advance(1);
    await follower.reach();
    expect([follower.isSyncing(), await lag()]).to.deep.equal([true, 61]);
    expect(told.map(({ line }) => (line as { epoch: bigint }).epoch)).to.deep.equal([160n, 161n]);
    expect(await failures()).to.equal(2);
    chain.onRequest = () => {};
    await follower.reach();
    expect([follower.isSyncing(), await lag()]).to.deep.equal([false, 0]);
  });

  it("stops with 4 when the database is damaged", async () => {
    const { follower, failures } = follow();
    await follower.reach();
    await overwriteUnder(db, path, "events");
    chain.advance(1);
    const stop = stopErrorOf(await thrown(follower.reach()), path);
    expect(stop).to.be.instanceOf(DatabaseDamagedError);
    expect(stop?.exitCode).to.equal(4);
    expect(stop?.message).to.match(/watch\.db is damaged: .*malformed.*\nNext: holdfast-watch rebuild/);
    expect(await failures()).to.equal(undefined);
  });

  it("stops with 4 when the chain goes back on what was final", async () => {
    const { follower } = follow();
    await follower.reach();
    chain.reorg(60);
    chain.advance(1);
    const stop = stopErrorOf(await thrown(follower.reach()), path);
    expect(stop).to.be.instanceOf(ReorgTooDeepError);
    expect(stop?.exitCode).to.equal(4);
  });
});
