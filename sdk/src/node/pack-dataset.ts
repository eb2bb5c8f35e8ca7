import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { encodeCarHeader, encodeCarSection } from "../dataset/car.ts";
import { DatasetOutputError } from "../dataset/errors.ts";
import {
  type CarFile,
  type PackedDataset,
  type PackedPiece,
  type PackOptions,
  packDataset as packEntry,
} from "../dataset/pack-dataset.ts";
import { entryFromPath } from "./file-entry.ts";
import { openPieceHashPool, type PieceHashPoolOptions } from "./piece-hash-pool.ts";

const WRITE_BYTES = 1 << 20;

export interface PackPathOptions extends PackOptions, PieceHashPoolOptions {
  /** Where the CARs go: a directory that is empty or does not exist, outside the source. */
  outDir: string;
}

/** A piece whose CAR is a file, `<piece CID>.car`; the layer to check ranges with is beside it, `<piece CID>.layer`. */
export interface PackedCar extends PackedPiece {
  carPath: string;
  layerPath: string;
}

export interface PackedPath extends PackedDataset {
  pieces: PackedCar[];
  /** A CAR of one block, the manifest: with the pieces' CARs it reads the dataset back from its manifest CID. */
  manifestPath: string;
}

/**
 * Packs a file or directory into CARs in `outDir`. If it fails or is aborted, nothing of it is left there.
 * @throws DatasetOutputError, and what packing (`packDataset` of the dataset module) and reading throw.
 */
export async function packDataset(path: string, options: PackPathOptions): Promise<PackedPath> {
  const source = await entryFromPath(path);
  const { size: atLeast } = await stat(path);
  const outDir = resolve(options.outDir);
  const created = await prepare(outDir, resolve(path));
  const written: string[] = [];
  await using pool = openPieceHashPool({ atLeast, ...options });
  try {
    const packed = await packEntry(
      source,
      {
        create: async (index) => {
          const partial = partialPath(outDir, index);
          written.push(partial);
          return FileOnDisk.create(partial);
        },
      },
      { createHasher: pool.createHasher, ...options },
    );
    const pieces: PackedCar[] = [];
    for (const piece of packed.pieces) {
      const carPath = join(outDir, `${piece.cid}.car`);
      const layerPath = join(outDir, `${piece.cid}.layer`);
      written.push(carPath, layerPath);
      await rename(partialPath(outDir, piece.index), carPath);
      await writeFile(layerPath, piece.layer);
      pieces.push({ ...piece, carPath, layerPath });
    }
    const manifestPath = join(outDir, "manifest.car");
    written.push(manifestPath);
    const section = encodeCarSection(packed.manifest, packed.manifestBytes);
    await writeFile(manifestPath, Buffer.concat([encodeCarHeader(packed.manifest), section]));
    return { ...packed, pieces, manifestPath };
  } catch (error) {
    for (const file of written) await rm(file, { force: true });
    if (created) await rmdir(outDir).catch(() => {});
    throw error;
  }
}

function partialPath(outDir: string, index: number): string {
  return join(outDir, `${index}.car.partial`);
}

/** Makes sure that `outDir` is there and empty. Whether it had to be made. */
async function prepare(outDir: string, source: string): Promise<boolean> {
  const created = (await mkdir(outDir, { recursive: true })) !== undefined;
  const [real, realSource] = [await realpath(outDir), await realpath(source)];
  const inside = real === realSource || real.startsWith(realSource + sep);
  if (inside || (await readdir(outDir)).length > 0) {
    if (created) await rmdir(outDir);
    const why = inside ? "it lies inside what is packed" : "it is not empty";
    throw new DatasetOutputError(outDir, why, "Name an empty directory elsewhere.");
  }
  return created;
}

/** Written behind the packing, in pieces of at least `WRITE_BYTES`, one at a time. */
class FileOnDisk implements CarFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  static async create(path: string): Promise<FileOnDisk> {
    return new FileOnDisk(path, await open(path, "wx"));
  }

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= WRITE_BYTES) await this.#write();
  }

  async close(): Promise<void> {
    try {
      await this.#write();
      await this.#writing;
    } finally {
      await this.#handle.close();
    }
  }

  /** Begins to write what waits, once what was begun before is done. */
  async #write(): Promise<void> {
    await this.#writing;
    const parts = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = writeAll(this.#handle, parts);
    // A failure is told by the next call.
    this.#writing.catch(() => {});
  }

  async overwrite(position: number, bytes: Uint8Array): Promise<void> {
    await using handle = await open(this.#path, "r+");
    await handle.write(bytes, 0, bytes.length, position);
  }

  async readStart(length: number): Promise<Uint8Array> {
    await using handle = await open(this.#path, "r");
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const { bytesRead } = await handle.read(bytes, at, length - at, at);
      if (bytesRead === 0) throw new DatasetOutputError(this.#path, "it became shorter", "Pack again.");
      at += bytesRead;
    }
    return bytes;
  }
}

async function writeAll(handle: FileHandle, parts: Uint8Array[]): Promise<void> {
  const { bytesWritten } = await handle.writev(parts);
  // The system may take less than it was given: the rest one by one.
  let skip = bytesWritten;
  for (const part of parts) {
    if (skip < part.length) await handle.writeFile(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
}
