import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import type { Hex } from "viem";
import {
  type AsyncPieceHasher,
  createPieceHasher,
  type HashedPiece,
  type PieceHasher,
  rehashStart,
} from "../piece-hash/piece-hasher.ts";
import { buildDag, layoutFor } from "./build-dag.ts";
import { encodeCarHeader, encodeCarSectionHead } from "./car.ts";
import type { DatasetEntry } from "./entry.ts";
import { DatasetBlockTooLargeError, DatasetPieceSizeError } from "./errors.ts";
import { encodeManifest } from "./manifest.ts";
import { unpaddedSizeOf } from "./piece-cid.ts";
import { LAYER_BYTES } from "./piece-tree.ts";

/** A file being written: bytes are appended, and its front is read and rewritten once at the end. */
export interface CarFile {
  /** May return before the bytes are stored: they are not changed later. A failure may be told by a later call. */
  append(bytes: Uint8Array): Promise<void>;
  /** No more bytes are appended. When it returns, all are stored. */
  close(): Promise<void>;
  overwrite(position: number, bytes: Uint8Array): Promise<void>;
  /** The first `length` bytes. */
  readStart(length: number): Promise<Uint8Array>;
}

/** Where a packed dataset's CARs go. Whoever gives it also removes what was written if packing fails. */
export interface CarStore {
  create(index: number): Promise<CarFile>;
}

/** How far packing has come. Totals are unknown before the end: sources are streamed. */
export interface PackProgress {
  files: number;
  bytes: number;
  blocks: number;
  /** CARs begun. */
  pieces: number;
}

export interface PackOptions {
  /** Largest padded size of a piece, in bytes: a power of two of at least 128. Default 1 GiB. */
  maxPieceSize?: number;
  /** Who hashes the pieces. By default this thread; in Node, `packDataset` of the node module brings workers. */
  createHasher?: () => PieceHasher | AsyncPieceHasher;
  /** Called after every file and every block. */
  onProgress?: (progress: PackProgress) => void;
  signal?: AbortSignal;
}

/** One piece of a packed dataset: the CAR `index` of the store. */
export interface PackedPiece extends HashedPiece {
  index: number;
  blocks: number;
}

/** A packed dataset. */
export interface PackedDataset {
  /** UnixFS root: what `ipfs add --profile unixfs-v1-2025` calls the same files. */
  root: CID;
  /** The manifest's CID, and its block: `encodeManifest` of root and pieces. */
  manifest: CID;
  manifestBytes: Uint8Array;
  /** Dataset id on chain: the SHA-256 of the manifest. */
  dataset: Hex;
  pieces: PackedPiece[];
  files: number;
  bytes: number;
}

const DEFAULT_MAX_PIECE_SIZE = 2 ** 30;
/** A section's overhead: a varint of up to 4 bytes and a 36-byte CID. */
const SECTION_OVERHEAD = 40;
/** Blocks remembered so that equal ones are stored once: about 16 MB of memory, and enough for 128 GiB of leaves. */
const REMEMBERED_BLOCKS = 131_072;
const PLACEHOLDER = CID.createV1(0x55, Digest.create(0x12, new Uint8Array(32)));

interface OpenCar {
  index: number;
  file: CarFile;
  hasher: PieceHasher | AsyncPieceHasher;
  size: number;
  blocks: number;
}

interface ClosedCar {
  file: CarFile;
  piece: PackedPiece;
}

/**
 * Packs files into CARs, each the payload of one piece. The same files give the same root; with the same
 * `maxPieceSize` they give the same pieces. Every CAR names the dataset's root as its root. Memory does not grow with
 * the size of the dataset but for 32 bytes a MiB.
 * @throws DatasetPieceSizeError, DatasetBlockTooLargeError, DatasetEntryUnsupportedError; what the source throws.
 */
export async function packDataset(
  source: DatasetEntry,
  store: CarStore,
  options: PackOptions = {},
): Promise<PackedDataset> {
  const { maxPieceSize = DEFAULT_MAX_PIECE_SIZE, createHasher = createPieceHasher } = options;
  const { signal, onProgress } = options;
  if (
    !Number.isSafeInteger(maxPieceSize) ||
    maxPieceSize < 128 ||
    !Number.isInteger(Math.log2(maxPieceSize))
  ) {
    throw new DatasetPieceSizeError(maxPieceSize);
  }
  const capacity = unpaddedSizeOf(maxPieceSize);
  const header = encodeCarHeader(PLACEHOLDER);
  const progress: PackProgress = { files: 0, bytes: 0, blocks: 0, pieces: 0 };
  const seen = new Set<string>();
  const closed: ClosedCar[] = [];
  let open: OpenCar | undefined;

  const append = async (car: OpenCar, bytes: Uint8Array) => {
    await car.file.append(bytes);
    await car.hasher.write(bytes);
    car.size += bytes.length;
  };
  const close = async () => {
    if (open === undefined) return;
    await open.file.close();
    closed.push({
      file: open.file,
      piece: { ...(await open.hasher.digest()), index: open.index, blocks: open.blocks },
    });
    open = undefined;
  };
  const put = async (cid: CID, bytes: Uint8Array): Promise<CID> => {
    signal?.throwIfAborted();
    const key = String.fromCharCode(...cid.multihash.digest);
    if (seen.has(key)) return cid;
    if (seen.size < REMEMBERED_BLOCKS) seen.add(key);
    const head = encodeCarSectionHead(cid, bytes.length);
    const sectionSize = head.length + bytes.length;
    if (header.length + sectionSize > capacity)
      throw new DatasetBlockTooLargeError(bytes.length, maxPieceSize);
    if (open !== undefined && open.size + sectionSize > capacity) await close();
    if (open === undefined) {
      const index = progress.pieces++;
      open = { index, file: await store.create(index), hasher: createHasher(), size: 0, blocks: 0 };
      await append(open, header);
    }
    await append(open, head);
    await append(open, bytes);
    open.blocks++;
    progress.blocks++;
    onProgress?.({ ...progress });
    return cid;
  };

  const layout = layoutFor(capacity - header.length - SECTION_OVERHEAD);
  let root: CID;
  try {
    root = await buildDag(counted(source, progress, options), { put }, layout);
    await close();
  } catch (error) {
    await open?.file.close();
    throw error;
  }
  const pieces: PackedPiece[] = [];
  for (const car of closed) {
    signal?.throwIfAborted();
    pieces.push(await nameRoot(car, root));
  }
  const { cid, bytes, dataset } = encodeManifest({ root, pieces: pieces.map((piece) => piece.cid) });
  return {
    root,
    manifest: cid,
    manifestBytes: bytes,
    dataset,
    pieces,
    files: progress.files,
    bytes: progress.bytes,
  };
}

/** Writes the dataset's root, known only now, over the placeholder in a CAR's header. */
async function nameRoot({ file, piece }: ClosedCar, root: CID): Promise<PackedPiece> {
  await file.overwrite(0, encodeCarHeader(root));
  return { ...piece, ...rehashStart(piece, await file.readStart(Math.min(LAYER_BYTES, piece.payloadSize))) };
}

/** The same source, counting what is read of it. */
function counted(entry: DatasetEntry, progress: PackProgress, options: PackOptions): DatasetEntry {
  if (entry.kind === "directory") {
    const entries = async () => (await entry.entries()).map((child) => counted(child, progress, options));
    return { ...entry, entries };
  }
  const content = async function* () {
    for await (const chunk of entry.content()) {
      options.signal?.throwIfAborted();
      progress.bytes += chunk.length;
      yield chunk;
    }
    progress.files++;
    options.onProgress?.({ ...progress });
  };
  return { ...entry, content };
}
