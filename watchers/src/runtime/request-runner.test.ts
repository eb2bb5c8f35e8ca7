import { expect } from "chai";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { migrations } from "../migrations/index.ts";
import { MAX_TRIES } from "./backoff.ts";
import { openDatabase, type RuntimeTables } from "./database.ts";
import { noFault } from "./fault-point.ts";
import { createOutbox } from "./outbox.ts";
import {
  createRequestRunner,
  REQUESTS_IN_FLIGHT,
  REQUESTS_WAITING,
  type RequestKind,
} from "./request-runner.ts";

describe("request runner", () => {
  async function start(ask: RequestKind) {
    const clock = manualClock();
    const db = await openDatabase<RuntimeTables>(":memory:", migrations);
    const outbox = createOutbox({ db, clock, fault: noFault, random: () => 1 });
    let exchanges = 0;
    const runner = createRequestRunner({
      ...{ outbox, kinds: { ask }, fault: noFault, logger: quiet, onExchange: () => void exchanges++ },
    });
    const enqueue = (...names: string[]) =>
      outbox.enqueue(
        names.map((name) => ({ key: name, subject: name, kind: "ask", payload: { name } })),
        1n,
      );
    const states = async () =>
      (await db.selectFrom("intents").select("state").orderBy("id").execute()).map((i) => i.state);
    return {
      clock,
      outbox,
      enqueue,
      exchanges: () => exchanges,
      advance: (signal?: AbortSignal) => runner.advance(1n, signal),
      states,
      end: () => db.destroy(),
    };
  }

  it("waits as long as Retry-After asks, and no longer", async () => {
    let asked = 0;
    const process = await start(async () =>
      ++asked === 1 ? { outcome: "retry", reason: "429", afterMs: 7000 } : { outcome: "done", result: 1 },
    );
    await process.enqueue("a");
    await process.advance();
    process.clock.advance(6999);
    await process.advance();
    expect(asked).to.equal(1);
    process.clock.advance(1);
    await process.advance();
    expect(await process.states()).to.deep.equal(["done"]);
    await process.end();
  });

  it("parks what never works after twelve tries, and finishes the hundred others meanwhile", async () => {
    const process = await start(async (payload) => {
      if ((payload as { name: string }).name === "poison") throw new Error("connection refused");
      return { outcome: "done", result: null };
    });
    await process.enqueue("poison", ...Array.from({ length: 100 }, (_, index) => `good ${index}`));
    await process.advance();
    expect(process.exchanges()).to.equal(101);
    expect((await process.states()).filter((state) => state === "done")).to.have.length(100);
    for (let round = 0; round < MAX_TRIES; round++) {
      process.clock.advance(300_000);
      await process.advance();
    }
    expect((await process.states())[0]).to.equal("parked");
    await process.end();
  });

  it("waits longer after every failure, 300 seconds at most", async () => {
    const waits: number[] = [];
    let last = 0;
    const process = await start(async () => {
      waits.push(process.clock.now() - last);
      last = process.clock.now();
      throw new Error("no");
    });
    last = process.clock.now();
    await process.enqueue("a");
    for (let second = 0; second < 2000; second++) {
      await process.advance();
      process.clock.advance(1000);
    }
    expect(waits).to.deep.equal(
      [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000),
    );
    await process.end();
  });

  it("keeps a refusal's reason and asks no more", async () => {
    let asked = 0;
    const process = await start(async () => {
      asked++;
      return { outcome: "refused", reason: "426: rejected by market" };
    });
    await process.enqueue("a");
    const [finished] = await process.advance();
    await process.advance();
    expect(finished).to.include({ outcome: "failed", error: "426: rejected by market" });
    expect(asked).to.equal(1);
    expect((await process.outbox.history(["ask"])).get("a")).to.include({
      attempts: 1,
      failures: 1,
      open: false,
    });
    await process.end();
  });

  for (const point of ["request:before", "request:after", "answer:after"] as const) {
    it(`comes to the same end when it dies at ${point}, and again there after the restart`, async () => {
      const db = await openDatabase<RuntimeTables>(":memory:", migrations);
      const accepted = new Set<unknown>();
      let deaths = 0;
      for (let life = 0; life < 3; life++) {
        const fault = (passed: string) => {
          if (life < 2 && passed === point) throw new Error("dead");
        };
        const outbox = createOutbox({ db, clock: manualClock(), fault: noFault, random: () => 1 });
        // The other side knows a request by its name: the second one changes nothing.
        const ask: RequestKind = async (payload) => ({ outcome: "done", result: accepted.add(payload).size });
        const runner = createRequestRunner({ outbox, kinds: { ask }, fault, logger: quiet });
        const intents = ["a", "b"].map((name) => ({ key: name, subject: name, kind: "ask", payload: name }));
        await outbox.enqueue(intents, 1n);
        await runner.advance(1n).catch(() => deaths++);
      }
      expect(deaths).to.equal(point === "answer:after" ? 1 : 2);
      expect([...accepted]).to.have.members(["a", "b"]);
      const states = await db.selectFrom("intents").select("state").execute();
      expect(states.map(({ state }) => state)).to.deep.equal(["done", "done"]);
      await db.destroy();
    });
  }

  it("makes 64 at once and takes up 256 in a round; what is beyond waits for the next, and is lost nowhere", async () => {
    let underWay = 0;
    let most = 0;
    const process = await start(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return { outcome: "done", result: null };
    });
    await process.enqueue(...Array.from({ length: 300 }, (_, index) => `request ${index}`));
    expect(await process.advance()).to.have.length(REQUESTS_IN_FLIGHT + REQUESTS_WAITING);
    expect(most).to.equal(64);
    const done = (await process.states()).map((state) => state === "done");
    expect(done.lastIndexOf(true)).to.equal(255);
    expect(await process.advance()).to.have.length(300 - 256);
    await process.end();
  });

  it("begins none of those that wait once it is to stop", async () => {
    const stopping = new AbortController();
    let asked = 0;
    const process = await start(async () => {
      asked++;
      stopping.abort();
      return { outcome: "done", result: null };
    });
    await process.enqueue(...Array.from({ length: 200 }, (_, index) => `request ${index}`));
    await process.advance(stopping.signal);
    expect(asked).to.be.at.most(REQUESTS_IN_FLIGHT);
    expect((await process.states()).filter((state) => state === "new")).to.have.length(200 - asked);
    await process.end();
  });

  it("stores an intent once, whatever is decided again", async () => {
    const process = await start(async () => ({ outcome: "done", result: null }));
    expect(await process.enqueue("a", "b")).to.equal(2);
    expect(await process.enqueue("b", "c")).to.equal(1);
    await process.end();
  });
});
