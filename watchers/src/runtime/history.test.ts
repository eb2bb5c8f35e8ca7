import { expect } from "chai";
import { type Kysely, sql } from "kysely";
import { manualClock } from "../../test/manual-clock.ts";
import { migrations } from "../migrations/index.ts";
import { openDatabase, type RuntimeTables } from "./database.ts";
import { noFault } from "./fault-point.ts";
import { createHistory } from "./history.ts";
import { retryIntent, skipIntent } from "./intents-admin.ts";
import { createOutbox, type Outbox } from "./outbox.ts";

describe("history", () => {
  let db: Kysely<RuntimeTables>;
  let outbox: Outbox;
  const KINDS = ["ask"];
  const intent = (subject: string, attempt: number, kind = "ask") => ({
    ...{ key: `${subject}:${attempt}`, subject, kind, payload: null },
  });
  beforeEach(async () => {
    db = await openDatabase<RuntimeTables>(":memory:", migrations);
    outbox = createOutbox({ db, clock: manualClock(), fault: noFault, random: () => 1 });
  });
  afterEach(() => db.destroy());

  it("tells attempts, failures since the last success, and the last end", async () => {
    const told = async () => (await outbox.history(KINDS)).get("a");
    expect(await told()).to.equal(undefined);
    await outbox.enqueue([intent("a", 1)], 1n);
    expect(await told()).to.deep.equal({
      ...{ attempts: 1, failures: 0, open: true, finishedEpoch: undefined, error: undefined },
    });
    await outbox.finish(db, 1, 5n, { error: "no" });
    expect(await told()).to.deep.equal({
      attempts: 1,
      failures: 1,
      open: false,
      finishedEpoch: 5n,
      error: "no",
    });
    await outbox.enqueue([intent("a", 2)], 6n);
    expect(await told()).to.deep.equal({
      attempts: 2,
      failures: 1,
      open: true,
      finishedEpoch: 5n,
      error: "no",
    });
    await outbox.finish(db, 2, 7n, { result: 1 });
    expect(await told()).to.deep.equal({
      ...{ attempts: 2, failures: 0, open: false, finishedEpoch: 7n, error: undefined },
    });
  });

  it("sees what another process changed", async () => {
    await outbox.enqueue([intent("a", 1), intent("b", 1)], 1n);
    await db.updateTable("intents").set({ state: "parked" }).execute();
    const read = createHistory(db, KINDS);
    expect((await read()).get("a")).to.include({ open: false, failures: 1 });
    await retryIntent(db, 1);
    await skipIntent(db, 2, "not wanted", 9n);
    expect((await read()).get("a")).to.include({ open: true, failures: 0 });
    expect((await read()).get("b")).to.include({ open: false, failures: 1, error: "not wanted" });
  });

  it("is of the kinds asked for", async () => {
    await outbox.enqueue([intent("a", 1), intent("b", 1, "other")], 1n);
    expect([...(await outbox.history(KINDS)).keys()]).to.deep.equal(["a"]);
  });

  it("reads only what changed, and answers 10,000 intents within 2 seconds at first", async () => {
    await outbox.enqueue(
      Array.from({ length: 10_000 }, (_, index) => intent(`s${index}`, 1)),
      1n,
    );
    const started = performance.now();
    const read = createHistory(db, KINDS);
    expect((await read()).size).to.equal(10_000);
    expect(performance.now() - started).to.be.lessThan(2000);
    await outbox.finish(db, 77, 2n, { result: 1 });
    // A row that changes without a new version is not read again: proof that only new versions are.
    await sql`update "intents" set "state" = 'failed' where "id" = 78`.execute(db);
    const told = await read();
    expect(told.get("s76")).to.include({ open: false });
    expect(told.get("s77")).to.include({ open: true });
  });
});
