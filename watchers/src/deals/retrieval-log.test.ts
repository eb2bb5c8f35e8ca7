import { expect } from "chai";
import { type Kysely, type SelectQueryBuilder, sql } from "kysely";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import {
  failedSamples,
  newestSamples,
  readSamples,
  recordSample,
  SAMPLES_KEPT,
  tooOld,
} from "./retrieval-log.ts";
import type { DealsTables } from "./tables.ts";

describe("retrieval samples", () => {
  let db: Kysely<DealsTables>;
  beforeEach(async () => {
    db = await openWatcherDatabase(":memory:");
  });
  afterEach(() => db.destroy());
  const sample = (copyId: string, epoch: bigint, passed = 1) =>
    recordSample(db, { copyId, provider: "1000", epoch: Number(epoch), passed, detail: "" });

  it("tell when each copy was last sampled, and each failure", async () => {
    await sample("1", 5n, 0);
    await sample("1", 9n, 0);
    await sample("1", 12n);
    await sample("2", 7n);
    const { newest, failures } = await readSamples(db);
    expect([...newest]).to.have.deep.members([
      ["1", 12n],
      ["2", 7n],
    ]);
    expect([...failures]).to.deep.equal([["1", [5n, 9n]]]);
  });

  it("are forgotten after a year, whichever copy is sampled then", async () => {
    await sample("1", 10n, 0);
    await sample("1", 11n);
    await sample("2", 10n + SAMPLES_KEPT);
    expect((await readSamples(db)).failures.get("1")).to.deep.equal([10n]);
    await sample("2", 11n + SAMPLES_KEPT);
    expect((await readSamples(db)).failures.size).to.equal(0);
    expect((await readSamples(db)).newest.get("1")).to.equal(11n);
    await sample("2", 12n + SAMPLES_KEPT);
    expect((await readSamples(db)).newest.has("1")).to.equal(false);
    expect(await db.selectFrom("retrievals").selectAll().execute()).to.have.length(3);
  });

  it("are found by an index, whatever is asked", async () => {
    const plan = async (query: Pick<SelectQueryBuilder<DealsTables, "retrievals", object>, "explain">) =>
      (await query.explain(undefined, sql`query plan`)).map(({ detail }) => detail);
    expect(await plan(newestSamples(db))).to.deep.equal([
      "SCAN retrievals USING COVERING INDEX retrievals_by_copy",
    ]);
    expect(await plan(failedSamples(db))).to.deep.equal([
      "SEARCH retrievals USING COVERING INDEX retrievals_by_outcome (passed=?)",
    ]);
    expect((await plan(tooOld(db, 2n * SAMPLES_KEPT).returning("id") as never))[0]).to.match(
      /^SEARCH retrievals USING .*INDEX retrievals_by_outcome \(passed=\? AND epoch<\?\)/,
    );
  });
});
