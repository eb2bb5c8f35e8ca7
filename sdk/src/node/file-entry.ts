import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { DatasetEntry } from "../dataset/entry.ts";
import {
  DatasetEntryUnsupportedError,
  DatasetSourceChangedError,
  DatasetUnreadableError,
} from "../dataset/errors.ts";

const READ_BYTES = 1 << 20;

/**
 * The file or directory at `path` as a dataset's source. Directories are listed and files opened only when packing
 * comes to them. Symbolic links and special files are refused, and a file that changes while it is read is noticed.
 * @throws DatasetUnreadableError, DatasetEntryUnsupportedError
 */
export async function entryFromPath(path: string, name = basename(path)): Promise<DatasetEntry> {
  const stats = await reading(path, () => lstat(path, { bigint: true }));
  if (stats.isDirectory()) return { kind: "directory", name, path, entries: () => entriesOf(path) };
  if (stats.isFile()) return { kind: "file", name, path, content: () => contentOf(path, stats) };
  throw new DatasetEntryUnsupportedError(path, kindOf(stats));
}

async function entriesOf(directory: string): Promise<DatasetEntry[]> {
  const names = await reading(directory, () => readdir(directory, { encoding: "buffer" }));
  const entries: DatasetEntry[] = [];
  for (const bytes of names) {
    const name = bytes.toString("utf8");
    const path = join(directory, name);
    if (!Buffer.from(name, "utf8").equals(bytes)) {
      throw new DatasetEntryUnsupportedError(path, "named in bytes that are not UTF-8");
    }
    entries.push(await entryFromPath(path, name));
  }
  return entries;
}

async function* contentOf(path: string, listed: BigIntStats): AsyncGenerator<Uint8Array> {
  // Not following a link and not waiting for a pipe that took the file's place since it was listed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await reading(path, () => open(path, flags));
  try {
    const before = await handle.stat({ bigint: true });
    if (!sameFile(listed, before)) throw new DatasetSourceChangedError(path, "another file took its place");
    let position = 0;
    for (let ended = false; !ended; ) {
      // One byte more than should be there: a file that grows is noticed, a small one read in one go.
      const length = Math.min(READ_BYTES, Math.max(0, Number(before.size) - position) + 1);
      const chunk = await readChunk(path, handle, position, length);
      ended = chunk.length < length;
      position += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
    const after = await handle.stat({ bigint: true });
    if (BigInt(position) !== before.size) {
      throw new DatasetSourceChangedError(
        path,
        `its size was ${before.size} bytes, and ${position} were read`,
      );
    }
    if (after.mtimeNs !== before.mtimeNs || after.size !== before.size) {
      throw new DatasetSourceChangedError(path, "it was written to");
    }
  } finally {
    await handle.close();
  }
}

async function readChunk(
  path: string,
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array> {
  // A new buffer each time: the importer keeps chunks until their block is written.
  const buffer = new Uint8Array(length);
  const { bytesRead } = await reading(path, () => handle.read(buffer, 0, length, position));
  return buffer.subarray(0, bytesRead);
}

async function reading<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    throw new DatasetUnreadableError(path, cause);
  }
}

function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && b.isFile();
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
