import { expect } from "chai";
import type { Kysely } from "kysely";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "./database.ts";
import { noFault } from "./fault-point.ts";
import { type Lease, LeaseLostError, TAKEOVER_MS, takeLease } from "./lease.ts";
import { createOutbox, type StoredIntent } from "./outbox.ts";
import { createTransactionLog, type Flight, type TransactionLog } from "./transaction-log.ts";

const ACCOUNT = "0xabc";
const TERMS = { finality: "final", requiredDepth: 30n } as const;

/** Signed bytes of the one intent. */
const signed = (nonce: number) => ({
  ...{ hash: `0x${nonce}`, intentId: 1, account: ACCOUNT, nonce, raw: "0x", signedEpoch: 1 },
  ...{ gas: "1", maxFeePerGas: "1", maxPriorityFeePerGas: "1" },
});

describe("transaction log", () => {
  const clock = manualClock();
  let db: Kysely<RuntimeTables>;
  let log: TransactionLog;
  let flight: Flight;

  const take = (pid: number): Promise<Lease> =>
    takeLease({ db, clock, logger: quiet, holder: { machine: `m${pid}`, pid } });

  /** One intent, signed at nonce 0. */
  beforeEach(async () => {
    db = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
    const outbox = createOutbox({ db, clock, fault: noFault });
    await outbox.enqueue([{ key: "k:1", subject: "k", kind: "x", payload: {} }], 1n);
    log = createTransactionLog(db, ACCOUNT, (await take(1)).fence);
    await log.assign(signed(0), 1n, TERMS);
    flight = (await log.flights())[0] as Flight;
  });
  afterEach(() => db.destroy());

  const intent = () => db.selectFrom("intents").selectAll().executeTakeFirstOrThrow();
  const attempts = () => db.selectFrom("transactions").selectAll().orderBy("id").execute();

  it("writes nothing that a process saw before another took over", async () => {
    clock.advance(TAKEOVER_MS);
    const next = createTransactionLog(db, ACCOUNT, (await take(2)).fence);
    await next.release(flight, "stolen");
    expect(await next.assign(signed(1), 1n, TERMS)).to.equal(true);
    const before = [await intent(), await attempts()];
    const late: (() => Promise<unknown>)[] = [
      () => log.release(flight, "stolen"),
      () => log.setState(1, "stolen", "late"),
      () => log.accepted(flight.intent, "0x0", 2n),
      () => log.replace(signed(0), 1n),
      () => log.assign(signed(2), 1n, TERMS),
      () => log.fenced((within) => log.settle(within, 1, { transactionHash: "0x1", blockNumber: 2n }, 1n)),
    ];
    for (const write of late) {
      const error = await write().catch((thrown: unknown) => thrown);
      expect(error, String(write)).to.be.instanceOf(LeaseLostError);
    }
    expect([await intent(), await attempts()]).to.deep.equal(before);
  });

  it("gives an intent no second nonce while bytes at the first may still be mined", async () => {
    await log.setState(1, "new", null);
    expect(await log.assign(signed(1), 1n, TERMS)).to.equal(false);
    expect((await attempts()).map(({ nonce }) => nonce)).to.deep.equal([0]);
    await log.release({ ...flight, intent: (await intent()) as StoredIntent }, "stolen");
    expect(await log.assign(signed(1), 1n, TERMS)).to.equal(true);
  });
});
