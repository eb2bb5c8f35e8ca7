import { parentPort, workerData } from "node:worker_threads";
import { instantiateKernel } from "../piece-hash/kernel.ts";

/** What a worker answers. */
export interface HashedPart {
  node: Uint8Array;
  /** What it was given, for reuse. */
  part: Uint8Array;
}

const kernel = instantiateKernel(workerData.module);
parentPort?.on("message", (part: Uint8Array) => {
  const hashed: HashedPart = { node: kernel(part, workerData.height), part };
  parentPort?.postMessage(hashed, [part.buffer as ArrayBuffer]);
});
parentPort?.postMessage("ready");
