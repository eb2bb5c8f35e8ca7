/**
 * How fast pieces are hashed: `node scripts/bench/piece-hash.ts [--size MiB] [--rounds N] [--workers N]`. Our kernel, alone
 * and in worker threads, against the reference package and against one SHA-256 of the same bytes. The cases take turns in
 * one run, and each one's best round counts, since whatever else the machine does only ever costs time.
 */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import { openPieceHashPool } from "../../sdk/src/node/index.ts";
import { hashPiece } from "../../sdk/src/piece-hash/index.ts";
import { distinctBytes, MIB, Speeds } from "./speeds.ts";

const { values } = parseArgs({
  options: { size: { type: "string" }, rounds: { type: "string" }, workers: { type: "string" } },
});
const size = Number(values.size ?? 32);
const rounds = Number(values.rounds ?? 15);
const workers = Number(values.workers ?? availableParallelism());

const bytes = distinctBytes(size * MIB);
const reference = create();
await using pool = openPieceHashPool({ workers });

function byReference(): string {
  reference.reset();
  reference.write(bytes);
  const digest = new Uint8Array(reference.digestByteLength());
  reference.digestInto(digest, 0, false);
  return `0x${Buffer.from(digest.subarray(-32)).toString("hex")}`;
}

async function byPool(): Promise<string> {
  const hasher = pool.createHasher();
  for (let at = 0; at < bytes.length; at += MIB) await hasher.write(bytes.subarray(at, at + MIB));
  return (await hasher.digest()).commitment;
}

const speeds = new Speeds(size);
for (let round = 0; round < rounds; round++) {
  await speeds.measure("sha256", () => createHash("sha256").update(bytes).digest("hex"));
  const one = await speeds.measure("kernel, one thread", () => hashPiece(bytes).commitment);
  const many = await speeds.measure(`kernel, ${workers} workers`, byPool);
  const expected = await speeds.measure("fr32 package", byReference);
  if (one !== expected || many !== expected) throw new Error("The commitments differ.");
}
speeds.print({ "of fr32": "fr32 package", "of sha256": "sha256" });
