import { cidOfDigest, sha256Hex } from "../src/compute/spec/cid.ts";
import { parseSpec } from "../src/compute/spec/parse-spec.ts";
import type { JobSpec } from "../src/compute/spec/schema.ts";

/** The raw CID of a text. */
export function cidOf(text: string): string {
  return cidOfDigest(sha256Hex(new TextEncoder().encode(text)));
}

/** A sound spec: eight files, a task for each. */
export function sampleSpec(changes: Partial<Record<keyof JobSpec, unknown>> = {}): JobSpec {
  return parseSpec({
    v: 1,
    engine: "wasm",
    module: { cid: cidOf("module"), name: "main.wasm" },
    entrypoint: "_start",
    args: ["--in", "/in/0/data.csv", "--out", "/outputs/result.csv"],
    env: {},
    inputs: Array.from({ length: 8 }, (_, index) => ({
      cid: cidOf(`data ${index}`),
      name: "data.csv",
      target: "/in/0",
      shard: "map",
    })),
    outputs: ["outputs"],
    resources: { cpuMillis: 1000, memoryMb: 256 },
    timeouts: { executionSeconds: 600, queueSeconds: 300, totalSeconds: 1200 },
    determinism: "strict",
    sharding: { kind: "list", count: 8, perTask: 1 },
    ...changes,
  });
}
