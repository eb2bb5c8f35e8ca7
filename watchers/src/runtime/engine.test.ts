import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCause } from "@holdfast/sdk";
import { expect } from "chai";
import type { Kysely } from "kysely";
import { manualClock } from "../../test/manual-clock.ts";
import { overwriteUnder } from "../../test/overwrite-table.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { Capability, Plan, Watcher } from "./capability.ts";
import { isDamage, type RuntimeTables } from "./database.ts";
import { createEngine } from "./engine.ts";
import { noFault } from "./fault-point.ts";
import { createMetrics } from "./metrics.ts";
import { createOutbox } from "./outbox.ts";
import { createRequestRunner } from "./request-runner.ts";
import { EXIT, StopError } from "./stop-error.ts";

describe("engine", () => {
  let folder: string;
  let path: string;
  let db: Kysely<RuntimeTables>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-engine-"));
    path = join(folder, "watch.db");
    db = (await openWatcherDatabase(path)) as unknown as Kysely<RuntimeTables>;
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  const nothing = async (epoch: bigint): Promise<Plan> => ({ epoch, intents: [], alerts: [] });

  /** Watchers by name, and what they do; `sent` counts the rounds in which it was acted. */
  function engineOf(plans: Record<string, Watcher["plan"]>) {
    const clock = manualClock();
    const metrics = createMetrics();
    const outbox = createOutbox({ db, clock, fault: noFault });
    const watchers = Object.entries(plans).map(([name, plan]) => ({ name, plan }));
    const requests = {
      ask: { perform: async () => ({ result: null }) },
    } as unknown as Capability["requests"];
    const capability = { name: "test", transactions: {}, requests, watchers, close: async () => undefined };
    const acted = { rounds: 0 };
    const engine = createEngine({
      ...{ capabilities: [capability], outbox, clock, logger: quiet, metrics },
      sender: {
        advance: async () => {
          acted.rounds++;
          return [];
        },
      },
      runner: createRequestRunner({ outbox, kinds: requests, fault: noFault, logger: quiet }),
      reach: async () => ({ latest: 7n, finalized: 3n }),
    });
    return { engine, acted, metrics, outbox };
  }
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail("it went on"),
      (error: unknown) => error,
    );

  it("goes on without a watcher that cannot load, and counts that", async () => {
    const failure = new Error("no such dataset");
    const { engine, acted, metrics } = engineOf({
      bad: async () => {
        throw failure;
      },
      good: nothing,
    });
    const { epoch, finalized, plans, failures } = await engine.step();
    expect([epoch, finalized]).to.deep.equal([7n, 3n]);
    expect([...plans.keys()]).to.deep.equal(["good"]);
    expect([...failures]).to.deep.equal([["bad", failure]]);
    expect(acted.rounds).to.equal(1);
    expect(await metrics.registry.metrics()).to.match(/step_failures_total{watcher="bad"} 1/);
  });

  it("stops for what no round can mend, however deep it is hidden, before anything is sent", async () => {
    const stop = new StopError(EXIT.failStop, "The chain went back.", "look");
    const { engine, acted } = engineOf({
      bad: async () => {
        throw new Error("not loaded", { cause: new Error("request failed", { cause: stop }) });
      },
      good: nothing,
    });
    expect(await thrown(engine.step())).to.equal(stop);
    expect(acted.rounds).to.equal(0);
  });

  describe("given a damaged database", () => {
    const fill = () =>
      db
        .insertInto("checkpoints")
        .values({ name: "kept", value: "x".repeat(100) })
        .execute();

    it("stops when a watcher meets it, before anything is sent", async () => {
      await fill();
      const { engine, acted, metrics } = engineOf({
        bad: async (epoch) => {
          await db.selectFrom("checkpoints").selectAll().execute();
          return nothing(epoch);
        },
        good: nothing,
      });
      await engine.step();
      expect(acted.rounds).to.equal(1);
      await overwriteUnder(db, path, "checkpoints");
      const error = await thrown(engine.step());
      expect(findCause(error, isDamage)).to.include({ code: "SQLITE_CORRUPT" });
      expect(acted.rounds).to.equal(1);
      expect(await metrics.registry.metrics()).not.to.match(/step_failures_total{watcher="bad"}/);
    });

    it("stops when it is met on the way to act", async () => {
      const { engine, outbox } = engineOf({ good: nothing });
      await outbox.enqueue([{ key: "ask:1:1", subject: "ask:1", kind: "ask", payload: {} }], 1n);
      await overwriteUnder(db, path, "intents");
      const error = await thrown(engine.step());
      expect(findCause(error, isDamage)).to.include({ code: "SQLITE_CORRUPT" });
    });
  });
});
