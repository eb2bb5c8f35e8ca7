/**
 * How fast and in how much memory a dataset is packed: `node scripts/bench/pack.ts [MiB]` (default 200).
 * The data are generated; the baseline is one plain SHA-256 over the same bytes in the same process.
 */
import { createHash } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packDataset } from "../../sdk/src/node/index.ts";

const MIB = 1 << 20;
const { positionals } = parseArgs({ allowPositionals: true });
const size = Number(positionals[0] ?? 200);
const dir = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
try {
  const source = join(dir, "data");
  const baseline = await generate(source, size);
  const before = process.resourceUsage().maxRSS;
  const start = performance.now();
  const packed = await packDataset(source, { outDir: join(dir, "cars"), maxPieceSize: 2 ** 26 });
  const seconds = (performance.now() - start) / 1000;
  const report = {
    "data MiB": size,
    pieces: packed.pieces.length,
    "pack MiB/s": Math.round((size / seconds) * 10) / 10,
    "plain sha256 MiB/s": Math.round(size / baseline),
    "pack / plain sha256": Math.round((baseline / seconds) * 10_000) / 10_000,
    "max RSS MiB": Math.round(process.resourceUsage().maxRSS / 1024),
    "of it before packing": Math.round(before / 1024),
  };
  console.table(report);
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Writes `mib` MiB of which no two are equal, and returns the seconds that SHA-256 alone took for them. */
async function generate(path: string, mib: number): Promise<number> {
  await using file = await open(path, "wx");
  const hash = createHash("sha256");
  const block = new Uint32Array(MIB / 4);
  let seconds = 0;
  let state = 1;
  for (let at = 0; at < mib; at++) {
    for (let word = 0; word < block.length; word++) {
      state = (Math.imul(state, 1664525) + 1013904223 + at) >>> 0;
      block[word] = state;
    }
    const bytes = new Uint8Array(block.buffer);
    const start = performance.now();
    hash.update(bytes);
    seconds += (performance.now() - start) / 1000;
    await file.writeFile(bytes);
  }
  return seconds;
}
