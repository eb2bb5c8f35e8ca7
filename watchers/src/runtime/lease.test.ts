import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Kysely } from "kysely";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "./database.ts";
import {
  BEAT_MS,
  isHeld,
  LeaseHeldError,
  LeaseLostError,
  readLease,
  TAKEOVER_MS,
  takeLease,
} from "./lease.ts";

describe("lease", () => {
  let folder: string;
  let first: Kysely<RuntimeTables>;
  let second: Kysely<RuntimeTables>;
  let clock: ReturnType<typeof manualClock>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-lease-"));
    clock = manualClock();
    first = (await openWatcherDatabase(join(folder, "a.db"))) as unknown as Kysely<RuntimeTables>;
    second = (await openWatcherDatabase(join(folder, "a.db"))) as unknown as Kysely<RuntimeTables>;
  });
  afterEach(async () => {
    await Promise.all([first.destroy(), second.destroy()]);
    rmSync(folder, { recursive: true });
  });

  const take = (
    db: Kysely<RuntimeTables>,
    pid: number,
    { alive = true, machine = "here" }: { alive?: boolean; machine?: string } = {},
  ) => takeLease({ db, clock, logger: quiet, holder: { machine, pid }, isAlive: () => alive });

  async function refusal(work: Promise<unknown>): Promise<Error> {
    return work.then(
      () => expect.fail("not refused"),
      (error: Error) => error,
    );
  }

  it("is one process's at a time, and says whose", async () => {
    const lease = await take(first, 11);
    await lease.announce("http://127.0.0.1:9464");
    clock.advance(4_000);
    const error = await refusal(take(second, 12));
    expect(error).to.be.instanceOf(LeaseHeldError);
    expect(error.message).to.match(/process 11 on here, which answers at http:\/\/127\.0\.0\.1:9464/);
    expect(error.message).to.contain("last sign of life was 4 s ago");
    expect(isHeld(await readLease(second), clock.now())).to.equal(true);
  });

  it("is taken over after 30 s without a sign of life, not before", async () => {
    const lease = await take(first, 11);
    clock.advance(TAKEOVER_MS - 1);
    expect(await refusal(take(second, 12))).to.be.instanceOf(LeaseHeldError);
    clock.advance(1);
    const next = await take(second, 12);
    expect(next.token).to.equal(lease.token + 1);
    expect(await refusal(lease.keep(new AbortController().signal))).to.be.instanceOf(LeaseLostError);
  });

  it("goes to one of two who take it over in the same instant", async () => {
    await take(first, 11);
    const before = await readLease(first);
    clock.advance(TAKEOVER_MS);
    await take(second, 12);
    // Looked before process 12 had it.
    let looks = 0;
    const late = first.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) =>
        result.rows.length === 1 && looks++ === 0 ? { ...result, rows: [{ ...before }] } : result,
    });
    const error = await refusal(take(late, 13));
    expect(error).to.be.instanceOf(LeaseHeldError);
    expect(error.message).to.match(/process 12 on here/);
    expect(await readLease(second)).to.include({ pid: 12, token: 2 });
    expect(looks).to.equal(2);
  });

  it("tells when it was taken and last gave a sign of life as numbers", async () => {
    await take(first, 11);
    const now = clock.now();
    expect(await readLease(second)).to.include({ token: 1, takenAt: now, beatAt: now });
  });

  it("beats every 10 s until it is told to stop", async () => {
    const stopping = new AbortController();
    const waits: number[] = [];
    const counted = {
      ...clock,
      sleep: async (ms: number) => {
        waits.push(ms);
        clock.advance(ms);
        if (waits.length === 20) stopping.abort();
      },
    };
    const lease = await takeLease({
      ...{ db: first, clock: counted, logger: quiet, holder: { machine: "here", pid: 11 } },
    });
    await lease.keep(stopping.signal);
    expect(waits).to.deep.equal(Array.from({ length: 20 }, () => BEAT_MS));
    // 200 s on, the last beat is 10 s old: nobody else gets it.
    expect(await refusal(take(second, 12))).to.be.instanceOf(LeaseHeldError);
  });

  it("is free at once when its holder gave it back, or is known to be dead", async () => {
    await (await take(first, 11)).release();
    expect((await take(second, 12)).token).to.equal(2);
    expect((await take(first, 13, { alive: false })).token).to.equal(3);
    // Of another machine nobody knows whether it is dead.
    expect(await refusal(take(first, 14, { alive: false, machine: "there" }))).to.be.instanceOf(
      LeaseHeldError,
    );
  });

  it("knows a process that was killed from one that runs", async () => {
    const { pid } = spawnSync(process.execPath, ["--eval", ""]);
    const holder = { machine: "here", pid };
    await takeLease({ db: first, clock, logger: quiet, holder });
    const ours = { machine: "here", pid: process.ppid };
    expect((await takeLease({ db: second, clock, logger: quiet, holder: ours })).token).to.equal(2);
    expect(await refusal(takeLease({ db: first, clock, logger: quiet, holder }))).to.be.instanceOf(
      LeaseHeldError,
    );
  });

  it("fences: what the old holder writes after a takeover is rolled back with its transaction", async () => {
    const write = (
      db: Kysely<RuntimeTables>,
      fence: Awaited<ReturnType<typeof take>>["fence"],
      name: string,
    ) =>
      db.transaction().execute(async (within) => {
        await within.insertInto("checkpoints").values({ name, value: "x" }).execute();
        await fence(within);
      });
    const old = await take(first, 11);
    await write(first, old.fence, "before");
    clock.advance(TAKEOVER_MS);
    const next = await take(second, 12);
    expect(await refusal(write(first, old.fence, "stale"))).to.be.instanceOf(LeaseLostError);
    await write(second, next.fence, "after");
    const names = await first.selectFrom("checkpoints").select("name").orderBy("name").execute();
    expect(names.map(({ name }) => name)).to.deep.equal(["after", "before"]);
  });

  it("is not given back, nor announced, by one who lost it", async () => {
    const old = await take(first, 11);
    clock.advance(TAKEOVER_MS);
    await take(second, 12);
    await old.release();
    await old.announce("http://127.0.0.1:1");
    expect(await readLease(first)).to.include({ pid: 12, url: null });
    expect(isHeld(await readLease(first), clock.now())).to.equal(true);
  });
});
