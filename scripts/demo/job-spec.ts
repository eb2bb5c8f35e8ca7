import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { cidOfDigest, encodeSpec, type JobSpec, parseSpec } from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import { PIECES_FILE, type Shelf } from "@holdfast/watchers";
import type { Hex } from "viem";

const TASKS = 8;

/**
 * Cuts the pieces into eight tasks of equal work. A task's shard reads one piece, or a range of its lines; with `{shard}` counted
 * through, the guest takes it modulo the number of ranges.
 */
export async function writeSpec(packed: PackedPath, board: Shelf): Promise<JobSpec> {
  const some = jobPieces(packed);
  const shards = (TASKS * some.length) / greatestCommonDivisor(TASKS, some.length);
  const ranges = shards / some.length;
  const guest = new URL("../../devnet/guests/log-histogram/log-histogram.wasm", import.meta.url);
  const module = {
    cid: await board.put(await readFile(guest), "log-histogram.wasm"),
    name: "log-histogram.wasm",
  };
  const cids: Record<string, string> = {};
  const inputs: { cid: string; name: string; target: string; shard: number | "*" }[] = [];
  for (const [index, { cid: pieceCid, carPath }] of some.entries()) {
    const cid = cidOfDigest(await sha256Of(carPath));
    cids[cid] = `${pieceCid}`;
    for (let range = 0; range < ranges; range++) {
      inputs.push({ cid, name: "piece.car", target: "/in", shard: index * ranges + range });
    }
  }
  const list = await board.put(new TextEncoder().encode(JSON.stringify(cids)), PIECES_FILE);
  const spec = parseSpec({
    ...{ v: 1, engine: "wasm", module, entrypoint: "_start", env: {}, outputs: ["outputs"] },
    args: ["/in/piece.car", "{shard}", `${ranges}`],
    inputs: [...inputs, { cid: list, name: PIECES_FILE, target: "/pieces", shard: "*" }],
    resources: { cpuMillis: 1000, memoryMb: 256 },
    timeouts: { executionSeconds: 60, queueSeconds: 60, totalSeconds: 120 },
    determinism: "strict",
    sharding: { kind: "range", count: shards, perTask: shards / TASKS, items: shards },
  });
  await board.put(encodeSpec(spec), "spec.json");
  return spec;
}

/** The first of a dataset's pieces: a spec takes so many inputs, of which a piece may be eight. */
function jobPieces({ pieces }: PackedPath) {
  return pieces.slice(0, 127);
}

/** What the guests of a job must count in all: lines that are not empty. */
export async function expectedLines(packed: PackedPath): Promise<number> {
  let lines = 0;
  for (const { carPath } of jobPieces(packed)) lines += await countLines(carPath);
  return lines;
}

/** Lines of a file that are not empty, counted without the guest. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  /** Of the line so far, and whether all of it is a carriage return. */
  let length = 0;
  let isReturn = false;
  const end = () => {
    if (length > 1 || (length === 1 && !isReturn)) lines++;
    length = 0;
  };
  for await (const chunk of createReadStream(path)) {
    for (const byte of chunk as Uint8Array) {
      if (byte === 0x0a) end();
      else {
        length++;
        isReturn = byte === 0x0d;
      }
    }
  }
  end();
  return lines;
}

async function sha256Of(path: string): Promise<Hex> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `0x${hash.digest("hex")}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
