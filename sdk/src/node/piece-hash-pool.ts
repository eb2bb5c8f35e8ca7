import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { LAYER_BYTES, LAYER_HEIGHT } from "../dataset/piece-tree.ts";
import { BaseError } from "../errors/base-error.ts";
import { kernelModule } from "../piece-hash/kernel.ts";
import { type AsyncPieceHasher, hashLayerNode, LayerCutter } from "../piece-hash/piece-hasher.ts";
import type { HashedPart } from "./piece-hash-worker.ts";

/** Workers start at this part (1 MiB): they take as long to start as one thread takes for what came before. */
const FIRST_SHARED_PART = 30;
/** One part is hashed while the next one waits. */
const PARTS_A_WORKER = 2;

export interface PieceHashPoolOptions {
  /** Worker threads; 0 to hash in the calling thread. By default as many as this machine runs at a time. */
  workers?: number;
  /** Bytes that will be hashed at least, if known: when they are enough, workers start at once. */
  atLeast?: number;
}

/** Worker threads that hash pieces, each its parts of `LAYER_BYTES`. Dispose of it when its hashers are done. */
export interface PieceHashPool extends AsyncDisposable {
  createHasher(): AsyncPieceHasher;
}

/** A worker thread ended before its work did. */
export class PieceHashWorkerError extends BaseError {
  constructor(cause: unknown) {
    super("A worker thread that hashes pieces has ended unexpectedly.", {
      cause,
      next: "Run it again. If it repeats, pass `workers: 0` to hash without worker threads.",
    });
  }
}

/**
 * Opens a pool. Its workers start after 30 MiB, so that hashing less costs no more than without them. They keep the
 * process alive only while they work. Memory: about 4 MiB a worker, however much is hashed.
 */
export function openPieceHashPool(options: PieceHashPoolOptions = {}): PieceHashPool {
  const pool = new WorkerPool(options.workers ?? availableParallelism(), options.atLeast ?? 0);
  return {
    createHasher() {
      const cutter = new LayerCutter(() => pool.buffer());
      const nodes: (Uint8Array | Promise<Uint8Array>)[] = [];
      return {
        async write(bytes) {
          for (const part of cutter.cut(bytes)) nodes.push((await pool.hash(part)).node);
        },
        // The last node while the workers are still at the others.
        digest: async () => cutter.piece(await Promise.all([...nodes, ...cutter.last()])),
      };
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

class WorkerPool {
  readonly #size: number;
  readonly #workers: HashWorker[] = [];
  readonly #spare: Uint8Array[] = [];
  #parts = 0;

  constructor(size: number, atLeast: number) {
    this.#size = size;
    if (atLeast >= FIRST_SHARED_PART * LAYER_BYTES) this.#start();
  }

  buffer(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(LAYER_BYTES);
  }

  /** Takes a part over. Its node is still to come where a worker computes it. */
  async hash(part: Uint8Array): Promise<{ node: Uint8Array | Promise<Uint8Array> }> {
    if (++this.#parts === FIRST_SHARED_PART) this.#start();
    for (;;) {
      const ready = this.#workers.filter((worker) => worker.ready);
      if (ready.length === 0) {
        await nextTurn(); // or nobody would hear that a worker is ready
        const node = hashLayerNode(part, LAYER_HEIGHT);
        this.#spare.push(part);
        return { node };
      }
      const idlest = ready.reduce((a, b) => (b.jobs.length < a.jobs.length ? b : a));
      if (idlest.jobs.length < PARTS_A_WORKER) return { node: idlest.hash(part) };
      await Promise.race(ready.map((worker) => worker.jobs[0]?.promise));
    }
  }

  #start(): void {
    while (this.#workers.length < this.#size) this.#workers.push(new HashWorker(this.#spare));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

class HashWorker {
  /** Whether it takes parts. After a failure it does, to refuse them. */
  ready = false;
  /** What it has to do, in order. */
  readonly jobs: PromiseWithResolvers<Uint8Array>[] = [];
  readonly #worker: Worker;
  readonly #spare: Uint8Array[];
  #failure: PieceHashWorkerError | undefined;

  /** @param spare where it puts the parts that are done with. */
  constructor(spare: Uint8Array[]) {
    this.#spare = spare;
    // Beside this file, whether that is TypeScript or what it was compiled to.
    const script = new URL(`./piece-hash-worker${extname(import.meta.url)}`, import.meta.url);
    // Without the process's own options: not all of them suit a worker.
    const workerData = { module: kernelModule(), height: LAYER_HEIGHT };
    this.#worker = new Worker(script, { execArgv: [], workerData });
    this.#worker.on("message", (message: "ready" | HashedPart) => {
      if (message === "ready") this.ready = true;
      else this.#done(message);
    });
    this.#worker.once("error", (cause) => this.#fail(cause));
    this.#worker.once("exit", (code) => this.#fail(new Error(`exit code ${code}`)));
    this.#worker.unref(); // after the listeners: they hold it
  }

  hash(part: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#worker.ref();
    this.#worker.postMessage(part, [part.buffer as ArrayBuffer]);
    const job = Promise.withResolvers<Uint8Array>();
    // Whoever waits for the node hears of a failure; until somebody does, it is no unhandled one.
    job.promise.catch(() => {});
    this.jobs.push(job);
    return job.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #done({ node, part }: HashedPart): void {
    this.#spare.push(part);
    this.jobs.shift()?.resolve(node);
    if (this.jobs.length === 0) this.#worker.unref();
  }

  #fail(cause: unknown): void {
    this.ready = true;
    this.#failure ??= new PieceHashWorkerError(cause);
    for (const job of this.jobs.splice(0)) job.reject(this.#failure);
  }
}
