/**
 * How fast and in how much memory a file becomes CARs and piece CIDs, the whole way:
 * `node scripts/bench/pack.ts [--size MiB] [--rounds N] [--alone]`. Against the same way with the reference package instead
 * of our kernel (not with `--alone`: it takes long) and against one SHA-256 of the same bytes. The cases take turns in one
 * run, and each one's best round counts.
 */
import { createHash } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import { packDataset } from "../../sdk/src/node/index.ts";
import { LayerCutter, type PieceHasher } from "../../sdk/src/piece-hash/piece-hasher.ts";
import { distinctBytes, MIB, Speeds } from "./speeds.ts";

const { values } = parseArgs({
  options: { size: { type: "string" }, rounds: { type: "string" }, alone: { type: "boolean" } },
});
const size = Number(values.size ?? 512);
const rounds = Number(values.rounds ?? 3);

const block = distinctBytes(MIB);
const reference = create();

const dir = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
try {
  const source = join(dir, "data");
  await writeSource(source);
  const speeds = new Speeds(size);
  for (let round = 0; round < rounds; round++) {
    await speeds.measure("sha256", () => hashBlocks());
    const packed = await speeds.measure("pack", () => pack(source));
    await rm(join(dir, "cars"), { recursive: true });
    if (values.alone) continue;
    const theirs = await speeds.measure("pack with fr32", () => pack(source, referenceHasher));
    await rm(join(dir, "cars"), { recursive: true });
    if (theirs.dataset !== packed.dataset) throw new Error("The datasets differ.");
  }
  speeds.print({ "of sha256": "sha256", ...(values.alone ? {} : { "of fr32": "pack with fr32" }) });
  console.log(`largest memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
} finally {
  await rm(dir, { recursive: true, force: true });
}

function pack(source: string, createHasher?: () => PieceHasher) {
  return packDataset(source, { outDir: join(dir, "cars"), ...(createHasher ? { createHasher } : {}) });
}

/** The blocks of the source, of which no two are equal. Each is valid until the next is asked for. */
function* blocks(): Generator<Uint8Array> {
  const number = new DataView(block.buffer);
  for (let at = 0; at < size; at++) {
    number.setUint32(0, at);
    yield block;
  }
}

async function writeSource(path: string): Promise<void> {
  await using file = await open(path, "wx");
  for (const block of blocks()) await file.writeFile(block);
}

function hashBlocks(): string {
  const hash = createHash("sha256");
  for (const block of blocks()) hash.update(block);
  return hash.digest("hex");
}

/** The same piece hash with the reference package. */
function referenceHasher(): PieceHasher {
  const cutter = new LayerCutter();
  const nodes: Uint8Array[] = [];
  return {
    write(bytes) {
      for (const part of cutter.cut(bytes)) nodes.push(referenceNode(part));
    },
    digest: () => cutter.piece([...nodes, ...cutter.last()]),
  };
}

function referenceNode(part: Uint8Array): Uint8Array {
  reference.reset();
  reference.write(part);
  const digest = new Uint8Array(reference.digestByteLength());
  reference.digestInto(digest, 0, false);
  return digest.subarray(-32);
}
