import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { MemoryNode } from "../../test/memory-node.ts";
import { Crash, live, startSender } from "../../test/sender-process.ts";
import { serveNode } from "../../test/serve-node.ts";
import { account } from "../../test/test-chain.ts";
import { FAULT_POINTS, type Fault, type FaultPoint, killAt, noFault } from "./fault-point.ts";

const SENDER_POINTS = FAULT_POINTS.filter((point) => !/request|answer/.test(point));

const crashAt =
  (point: FaultPoint): Fault =>
  (passed) => {
    if (passed === point) throw new Crash(point);
  };

describe("transaction sender that dies", () => {
  let folder: string;
  let path: string;
  let node: MemoryNode;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-faults-"));
    path = join(folder, "watcher.db");
    node = new MemoryNode(account.address);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lifeOf = (fault: Fault) =>
    live({ client: node.client, path, fault, mine: async (blocks, most) => node.mine(blocks, most) });

  /** What must be the same in the end, whatever happened on the way. */
  async function outcome() {
    const sender = await startSender({ client: node.client, path });
    const intents = await sender.intents();
    const transactions = await sender.transactions();
    await sender.end();
    const settled = Map.groupBy(transactions, ({ nonce }) => nonce);
    return {
      intents: intents.map(({ key, state, error, finality, requiredDepth }) => ({
        ...{ key, state, error, finality, requiredDepth },
      })),
      tally: [...node.tally].sort(),
      nonces: node.nonce,
      refused: node.rejections.filter((text) => !/already exists/.test(text)),
      mempool: node.mempool.size,
      open: transactions.filter(({ live }) => live === 1).length,
      settled: [...settled].map(([nonce, attempts]) => [
        nonce,
        attempts.filter(({ fee }) => fee !== null).length,
      ]),
    };
  }

  const EXPECTED = {
    intents: [
      { key: "final:1:1", state: "done", error: null, finality: "final", requiredDepth: 30 },
      { key: "observe:2:1", state: "done", error: null, finality: "observe", requiredDepth: 0 },
      { key: "observe:3:1", state: "done", error: null, finality: "observe", requiredDepth: 0 },
      { key: "final:0:1", state: "failed", error: "Refused()", finality: null, requiredDepth: null },
    ],
    tally: [1n, 2n, 3n].map((by) => [by, 1]),
    ...{ nonces: 3, refused: [], mempool: 0, open: 0, settled: [0, 1, 2].map((nonce) => [nonce, 1]) },
  };

  it("passes every point of the table in an undisturbed life, so that no test here is empty", async () => {
    const passed = new Set<FaultPoint>();
    await lifeOf((point) => void passed.add(point));
    expect([...passed].sort()).to.deep.equal([...SENDER_POINTS].sort());
    expect(SENDER_POINTS.length).to.be.at.least(12);
    expect(await outcome()).to.deep.equal(EXPECTED);
  });

  for (const point of SENDER_POINTS) {
    it(`comes to the same end when it dies at ${point}, and again there after the restart`, async () => {
      let deaths = 0;
      for (const fault of [crashAt(point), crashAt(point), noFault]) {
        await lifeOf(fault).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          deaths++;
        });
      }
      expect(deaths).to.equal(2);
      expect(await outcome()).to.deep.equal(EXPECTED);
    });
  }

  it("comes to the same end when it dies everywhere, once a life", async () => {
    const done = new Set<FaultPoint>();
    const mortal: Fault = (point) => {
      if (done.has(point)) return;
      done.add(point);
      throw new Crash(point);
    };
    for (let life = 0; life <= SENDER_POINTS.length; life++) {
      await lifeOf(mortal).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
    }
    expect(done.size).to.equal(SENDER_POINTS.length);
    expect(await outcome()).to.deep.equal(EXPECTED);
  });

  describe("by SIGKILL, as a process of its own", () => {
    let server: Awaited<ReturnType<typeof serveNode>>;
    beforeEach(async () => {
      server = await serveNode(node);
    });
    afterEach(() => server.close());

    const run = (label?: string) =>
      new Promise<NodeJS.Signals | number | null>((settle, reject) => {
        const script = resolve(import.meta.dirname, "../../test/mortal-sender.ts");
        const child = spawn(
          process.execPath,
          [script, server.url, path, ...(label === undefined ? [] : [label])],
          {
            stdio: ["ignore", "ignore", "inherit"],
          },
        );
        child.on("error", reject);
        child.on("exit", (code, signal) => settle(signal ?? code));
      });

    for (const point of ["persist:after", "broadcast:after"] as const) {
      it(`comes to the same end when it is killed at ${point}, and again there after the restart`, async () => {
        expect(await run(point)).to.equal("SIGKILL");
        expect(await run(point)).to.equal("SIGKILL");
        expect(await run()).to.equal(0);
        expect(await outcome()).to.deep.equal(EXPECTED);
      }).timeout(60_000);
    }

    it("names the points there are when it is told another", () => {
      expect(() => killAt("persist:before")).to.throw(
        /No fault point is called persist:before.\nNext: name one of enqueue:before, /,
      );
    });
  });
});
