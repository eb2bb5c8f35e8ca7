import { spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { expect } from "chai";
import fc from "fast-check";
import { bytesOf, rejection } from "../../../test/support/trees.ts";
import { hashPiece, hashPieceStream, LAYER_BYTES } from "../piece-hash/index.ts";
import { openPieceHashPool, type PieceHashPool } from "./index.ts";

const SEED = 0x686f6c64;
const ENOUGH = 30 * LAYER_BYTES;
const bytes = bytesOf(ENOUGH + 1);

describe("piece hash in worker threads", () => {
  let started: Worker[];
  let ready: Promise<unknown>[];
  const remember = (worker: Worker) => {
    started.push(worker);
    ready.push(once(worker, "message"));
  };
  beforeEach(() => {
    [started, ready] = [[], []];
    process.on("worker", remember);
  });
  afterEach(() => process.off("worker", remember));

  /** Has the pool hash as much as it does by itself, and waits until its workers are there. */
  async function warm(pool: PieceHashPool): Promise<void> {
    const hasher = pool.createHasher();
    await hasher.write(bytes.subarray(0, ENOUGH));
    await new Promise(setImmediate); // Node tells of a worker one tick later
    await Promise.all(ready);
    await hasher.digest();
  }

  it("gives what one thread gives, whatever the size and however the bytes arrive", async () => {
    await using pool = openPieceHashPool({ workers: 3 });
    await warm(pool);
    expect(started).to.have.length(3);
    const cuts = fc.array(fc.integer({ min: 0, max: 2 * LAYER_BYTES }), { maxLength: 12 });
    const size = fc.integer({ min: 0, max: 12 * LAYER_BYTES });
    await fc.assert(
      fc.asyncProperty(size, cuts, async (size, lengths) => {
        const payload = bytes.subarray(1, 1 + size);
        const hasher = pool.createHasher();
        let at = 0;
        for (const length of lengths) {
          const chunk = payload.slice(at, at + length);
          await hasher.write(chunk);
          chunk.fill(0); // the hasher has no claim on what it was given
          at = Math.min(size, at + length);
        }
        await hasher.write(payload.subarray(at));
        expect(await hasher.digest()).to.deep.equal(hashPiece(payload));
      }),
      { seed: SEED, numRuns: 15 },
    );
  });

  it("keeps apart the pieces of several hashers at a time", async () => {
    await using pool = openPieceHashPool({ workers: 2 });
    await warm(pool);
    const payloads = [0, 1, 2, 3].map((at) => bytes.subarray(at, (5 + at) * LAYER_BYTES));
    const pieces = await Promise.all(
      payloads.map((payload) => hashPieceStream(new Blob([payload]).stream(), pool.createHasher())),
    );
    expect(pieces).to.deep.equal(payloads.map(hashPiece));
  });

  it("starts no thread for little, or when told to do without", async () => {
    await using small = openPieceHashPool();
    await small.createHasher().write(bytes.subarray(0, ENOUGH - 1));
    await using alone = openPieceHashPool({ workers: 0 });
    const hasher = alone.createHasher();
    await hasher.write(bytes);
    expect(await hasher.digest()).to.deep.equal(hashPiece(bytes));
    await new Promise(setImmediate);
    expect(started).to.deep.equal([]);
  });

  it("starts its threads at once when it is told of much", async () => {
    await using _ = openPieceHashPool({ workers: 2, atLeast: ENOUGH });
    await using little = openPieceHashPool({ workers: 2, atLeast: ENOUGH - 1 });
    await little.createHasher().digest();
    await new Promise(setImmediate);
    expect(started).to.have.length(2);
  });

  it("hands over to its workers also when nothing else waits for anything", async () => {
    await using pool = openPieceHashPool({ workers: 1 });
    const hasher = pool.createHasher();
    let handedOver = false;
    for (let part = 0; part < 1000 && !handedOver; part++) {
      await hasher.write(bytes.subarray(0, LAYER_BYTES));
      ready[0]?.then(() => (handedOver = true));
    }
    expect(handedOver).to.equal(true);
  });

  it("says so when a worker ends before its work", async () => {
    await using pool = openPieceHashPool({ workers: 1 });
    await warm(pool);
    const hasher = pool.createHasher();
    const ended = started[0]?.terminate();
    await hasher.write(bytes.subarray(0, LAYER_BYTES)); // nobody has heard of it yet
    expect((await rejection(hasher.digest())).name).to.equal("PieceHashWorkerError");
    await ended;
    expect((await rejection(pool.createHasher().write(bytes))).message).to.contain("workers: 0");
  });

  it("leaves a process free to end", () => {
    const script = `import { openPieceHashPool } from ${JSON.stringify(import.meta.resolve("./index.ts"))};
      const hasher = openPieceHashPool({ workers: 1 }).createHasher();
      await hasher.write(new Uint8Array(${40 * LAYER_BYTES}));
      console.log((await hasher.digest()).payloadSize);`;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: `${40 * LAYER_BYTES}\n` });
  });
});
