import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { MemoryNode, NodeError } from "../../test/memory-node.ts";
import {
  count,
  type SenderProcess,
  type SenderProcessOptions,
  startSender,
} from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";
import { MAX_TRIES } from "./backoff.ts";

describe("outbox", () => {
  let node: MemoryNode;
  let sender: SenderProcess;
  const start = async (options: Partial<SenderProcessOptions> = {}) => {
    sender = await startSender({ client: node.client, path: ":memory:", ...options });
  };
  beforeEach(() => {
    node = new MemoryNode(account.address);
  });
  afterEach(() => sender.end());
  const simulations = () => {
    const calls: number[] = [];
    node.intercept = ({ method }, forward) => {
      if (method === "eth_call") calls.push(sender.clock.monotonic());
      return forward();
    };
    return calls;
  };

  it("parks a transaction that never simulates after twelve tries, and finishes the hundred behind it meanwhile", async () => {
    node.refused.set(1n, "");
    node.maxPending = 1000;
    await start({ limits: { maxInFlight: 1000 } });
    await sender.enqueue(...Array.from({ length: 101 }, (_, index) => count(BigInt(index + 1))));
    await sender.step();
    node.mine();
    await sender.step();
    expect((await sender.states()).filter((state) => state === "done")).to.have.length(100);
    for (let round = 0; round < MAX_TRIES; round++) {
      sender.clock.advance(300_000);
      await sender.step();
    }
    expect((await sender.intents())[0]).to.include({ state: "parked", tries: MAX_TRIES });
    expect((await sender.intents())[0]?.error).to.match(/reverted/);
  });

  it("parks it after 24 hours of the chain too, however few its tries", async () => {
    node.refused.set(1n, "");
    await start();
    await sender.enqueue(count(1n));
    await sender.step();
    node.mine(2879);
    sender.clock.advance(300_000);
    await sender.step();
    expect(await sender.states()).to.deep.equal(["new"]);
    node.mine();
    sender.clock.advance(300_000);
    await sender.step();
    expect((await sender.intents())[0]).to.include({ state: "parked", tries: 3 });
  });

  it("waits 1, 2, 4 … 300 seconds, times a random share", async () => {
    node.refused.set(1n, "");
    await start();
    const tries = simulations();
    await sender.enqueue(count(1n));
    for (let half = 0; half < 2400; half++) {
      await sender.step();
      sender.clock.advance(500);
    }
    const waits = tries.map((at, index) => at - (tries[index - 1] ?? 0));
    // The random share is 0.5 here.
    expect(waits.map((wait) => wait / 500)).to.deep.equal([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("waits as long when the machine's clock is set an hour back or forth", async () => {
    node.refused.set(1n, "");
    await start();
    const tries = simulations();
    await sender.enqueue(count(1n));
    await sender.step();
    sender.clock.set(sender.clock.now() - 3_600_000);
    sender.clock.advance(500);
    await sender.step();
    expect(tries).to.have.length(2);
    sender.clock.set(sender.clock.now() + 7_200_000);
    sender.clock.advance(999);
    await sender.step();
    expect(tries).to.have.length(2);
    sender.clock.advance(1);
    await sender.step();
    expect(tries).to.have.length(3);
  });

  it("spends no try on a node that is silent", async () => {
    await start();
    await sender.enqueue(count(1n), count(2n));
    node.intercept = ({ method }, forward) => {
      if (method === "eth_call") throw new Error("fetch failed");
      return forward();
    };
    for (let round = 0; round < 50; round++) await sender.step();
    expect((await sender.intents()).map(({ tries }) => tries)).to.deep.equal([0, 0]);
    node.intercept = (_, forward) => forward();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "sent"]);
  });

  it("spends none on a node's limits either, and one on its answer", async () => {
    await start();
    await sender.enqueue(count(1n));
    let code = -32005;
    node.intercept = ({ method }, forward) => {
      if (method === "eth_call") throw new NodeError("limit exceeded", code);
      return forward();
    };
    await sender.step();
    expect((await sender.intents())[0]?.tries).to.equal(0);
    code = 1;
    await sender.step();
    expect((await sender.intents())[0]?.tries).to.equal(1);
  });

  describe("given a call that reverts", () => {
    it("keeps the error's name and values, sends nothing, and tries it no more", async () => {
      await start();
      const tries = simulations();
      await sender.enqueue(count(0n));
      const [finished] = await sender.step();
      sender.clock.advance(10_000_000);
      await sender.step();
      expect(finished).to.include({ outcome: "failed", error: "Refused()" });
      expect((await sender.intents())[0]).to.include({ state: "failed", error: "Refused()" });
      expect(tries).to.have.length(1);
      expect(node.broadcasts).to.deep.equal([]);
      expect(await sender.metrics.registry.metrics()).to.match(/simulated_reverts_total{error="Refused"} 1/);
    });

    it("tries it again if its kind says that time mends the error", async () => {
      node.refused.set(1n, "NotYet");
      await start({ transient: ["NotYet"] });
      await sender.enqueue(count(1n));
      await sender.step();
      expect((await sender.intents())[0]).to.include({ state: "new", error: "NotYet()", tries: 1 });
      node.refused.delete(1n);
      sender.clock.advance(1000);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["sent"]);
    });
  });

  it("lets a call that cannot be encoded, or to where there is no contract, hold up none of the others", async () => {
    await start();
    const odd = { ...count(1n), payload: { by: "no number" } } as never;
    await sender.enqueue(odd, count(2n), count(3n));
    node.intercept = ({ method, params }, forward) => {
      const isSecond = JSON.stringify(params ?? "").includes("0000000002");
      if (method === "eth_call" && isSecond) throw new NodeError("actor not found", 1);
      return forward();
    };
    await sender.step();
    expect(await sender.states()).to.deep.equal(["failed", "new", "sent"]);
    expect((await sender.intents())[0]?.error).to.match(/cannot be encoded/);
    expect((await sender.intents())[1]).to.include({ tries: 1 });
  });

  it("is ready within 2 seconds of a restart on 10,000 intents, and does not read them all in every step", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-restart-"));
    const path = join(folder, "watcher.db");
    node.maxPending = 1000;
    await start({ path, limits: { maxInFlight: 1000 } });
    await sender.enqueue(...Array.from({ length: 10_000 }, (_, index) => count(BigInt(index + 1))));
    await sender.step();
    node.mine();
    await sender.step();
    const signed = sender.db.selectFrom("transactions").select("intentId");
    const rest = sender.db.updateTable("intents").set({ state: "done", finishedEpoch: 1, payload: "null" });
    await rest.where("id", "not in", signed).execute();
    await sender.end();
    const began = performance.now();
    await start({ path });
    await sender.outbox.history(["final", "observe"]);
    await sender.step();
    expect(performance.now() - began).to.be.lessThan(2000);
    const again = performance.now();
    for (let step = 0; step < 20; step++) {
      await sender.outbox.history(["final", "observe"]);
      await sender.step();
    }
    expect((performance.now() - again) / 20).to.be.lessThan(100);
    rmSync(folder, { recursive: true });
  }).timeout(60_000);

  it("stores 10,000 intents at once, and each once", async () => {
    await start();
    const many = Array.from({ length: 10_000 }, (_, index) => count(BigInt(index + 1)));
    expect(await sender.enqueue(...many)).to.equal(10_000);
    expect(await sender.enqueue(...many)).to.equal(0);
  });
});
