/**
 * The process of one guest. The guest has a thread of its own; this one ends everything when whoever started it is gone,
 * or when more memory is used than the guest's limits explain.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { GuestOutcome, GuestRequest } from "./guest-run.ts";

const LOOK_MS = 20;
/** Node itself, and what V8 makes of a module when it compiles it. */
const OWN_BYTES = 256 << 20;

function limitOf({ memoryPages, outputBytes, inputs }: GuestRequest): number {
  const inputBytes = inputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  // Inputs are there twice, when they come and where they are read; outputs while they grow, and when they go.
  return OWN_BYTES + memoryPages * 65_536 + 3 * inputBytes + 3 * outputBytes;
}

function end(outcome: GuestOutcome): void {
  process.send?.(outcome, undefined, undefined, () => process.kill(process.pid, "SIGKILL"));
}

process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.once("message", (request: GuestRequest) => {
  const script = new URL(`./guest-worker${extname(import.meta.url)}`, import.meta.url);
  const guest = new Worker(script, { workerData: request, execArgv: [], env: {}, stdin: false });
  guest.once("message", end);
  guest.once("error", (error: Error) =>
    end({ failure: `the guest's thread ended: ${error.message}`, limit: true }),
  );
  const limit = limitOf(request);
  setInterval(() => {
    if (process.memoryUsage.rss() > limit)
      end({ failure: `memory over limit of ${limit} bytes`, limit: true });
  }, LOOK_MS);
});
