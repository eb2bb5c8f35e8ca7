import { parentPort, workerData } from "node:worker_threads";
import { instantiateKernel } from "../piece-hash/kernel.ts";

/** What a worker answers: the node, and the part's memory for reuse. */
export interface HashedPart {
  node: Uint8Array;
  part: Uint8Array<ArrayBuffer>;
}

const kernel = instantiateKernel(workerData.module);
parentPort?.on("message", (part: HashedPart["part"]) => {
  const hashed: HashedPart = { node: kernel(part, workerData.height), part };
  parentPort?.postMessage(hashed, [part.buffer]);
});
parentPort?.postMessage("ready");
