import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import type { CarSource } from "../dataset/block-source.ts";
import { DatasetUnreadableError } from "../dataset/errors.ts";
import type { Piece } from "../dataset/piece-cid.ts";
import { verifyLayer } from "../dataset/piece-tree.ts";
import { type VerifiedCar, verifyCar as verifyCarStream } from "../dataset/verify-car.ts";
import { BaseError } from "../errors/base-error.ts";
import { openPieceHashPool, type PieceHashPoolOptions } from "./piece-hash-pool.ts";

/** Checks every block of the CAR at `path` and computes its piece CID. Throws as `verifyCar` of the dataset module. */
export async function verifyCar(
  path: string,
  expectedPieceCid?: string,
  options: PieceHashPoolOptions = {},
): Promise<VerifiedCar> {
  await using pool = openPieceHashPool(options);
  return await verifyCarStream(path, chunksOf(path), expectedPieceCid, pool.createHasher());
}

/** A CAR file, open for reading at any position. Close its handle when done. */
export async function openCarFile(path: string): Promise<CarSource & AsyncDisposable> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (cause) {
    throw new DatasetUnreadableError(path, cause);
  }
  const { size } = await handle.stat();
  return {
    name: path,
    size,
    read: async (position, length) =>
      readAt(handle, position, Math.max(0, Math.min(length, size - position))),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** The layer file does not belong to the piece. */
export class PieceLayerMismatchError extends BaseError {
  constructor(path: string, piece: Piece) {
    super(`${path} is not the tree layer of piece ${piece.cid}: it does not hash up to its commitment.`, {
      next: "Pack the dataset again, or recompute the layer from the CAR with verifyCar.",
    });
  }
}

/** Reads a piece's `.layer` file and checks it against the piece. @throws PieceLayerMismatchError */
export async function loadLayer(path: string, piece: Piece): Promise<Uint8Array> {
  const layer = new Uint8Array(await readFile(path));
  if (!verifyLayer(piece, layer)) throw new PieceLayerMismatchError(path, piece);
  return layer;
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch (cause) {
    throw isSystemError(cause) ? new DatasetUnreadableError(path, cause) : cause;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
