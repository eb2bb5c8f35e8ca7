import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createPieceHasher } from "@holdfast/sdk";

/** Bytes of pieces on disk: `<cid>` once checked, `<cid>.part` while they come. */
export interface PieceStore {
  path(pieceCid: string): string;
  partPath(pieceCid: string): string;
  has(pieceCid: string): Promise<boolean>;
  size(pieceCid: string): Promise<number>;
  /** What piece the fetched bytes are; they are kept as that one when it is `pieceCid`, else deleted. */
  accept(pieceCid: string): Promise<{ actual: string; digest: string }>;
  /** SHA-256 of a stored piece's bytes; undefined when they are gone. */
  digest(pieceCid: string): Promise<string | undefined>;
  read(pieceCid: string, from: number, to: number): AsyncIterable<Uint8Array>;
  drop(pieceCid: string): Promise<void>;
  /** Flips one bit in the middle; a second time restores it. */
  corrupt(pieceCid: string): Promise<void>;
}

const READ_BYTES = 1 << 20;

export async function openPieceStore(folder: string): Promise<PieceStore> {
  await mkdir(folder, { recursive: true });
  const path = (pieceCid: string) => join(folder, pieceCid);
  const partPath = (pieceCid: string) => `${path(pieceCid)}.part`;
  const size = async (pieceCid: string) => (await stat(path(pieceCid))).size;
  return {
    path,
    partPath,
    size,
    has: (pieceCid) =>
      size(pieceCid).then(
        () => true,
        () => false,
      ),
    async accept(pieceCid) {
      const hasher = createPieceHasher();
      const digest = createHash("sha256");
      for await (const bytes of createReadStream(partPath(pieceCid), { highWaterMark: READ_BYTES })) {
        hasher.write(bytes);
        digest.update(bytes);
      }
      const actual = hasher.digest().cid;
      if (actual === pieceCid) await rename(partPath(pieceCid), path(pieceCid));
      else await rm(partPath(pieceCid));
      return { actual, digest: digest.digest("hex") };
    },
    async digest(pieceCid) {
      const digest = createHash("sha256");
      try {
        for await (const bytes of createReadStream(path(pieceCid), { highWaterMark: READ_BYTES }))
          digest.update(bytes);
      } catch {
        return undefined;
      }
      return digest.digest("hex");
    },
    read: (pieceCid, from, to) => createReadStream(path(pieceCid), { start: from, end: to }),
    drop: (pieceCid) => rm(path(pieceCid), { force: true }),
    async corrupt(pieceCid) {
      const file = await open(path(pieceCid), "r+");
      try {
        const at = Math.floor((await file.stat()).size / 2);
        const byte = new Uint8Array(1);
        await file.read(byte, 0, 1, at);
        byte[0]! ^= 1;
        await file.write(byte, 0, 1, at);
      } finally {
        await file.close();
      }
    },
  };
}
