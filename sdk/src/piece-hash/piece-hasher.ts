import { heightFor, type Piece, pieceFrom } from "../dataset/piece-cid.ts";
import { joinLayer, LAYER_BYTES, LAYER_HEIGHT, liftNode } from "../dataset/piece-tree.ts";
import { instantiateKernel, type Kernel, kernelModule } from "./kernel.ts";

/** A piece and the layer of its tree by which byte ranges of it can be checked (see `verifyRange`). */
export interface HashedPiece extends Piece {
  /** 32-byte nodes, one for every `LAYER_BYTES` of payload, in order. */
  layer: Uint8Array;
}

/** Computes a piece's commitment from bytes as they come. Memory: one `LAYER_BYTES` buffer and 32 bytes a MiB. */
export interface PieceHasher {
  write(bytes: Uint8Array): void;
  /** The piece of all bytes written. The hasher takes no more bytes afterwards. */
  digest(): HashedPiece;
}

/** The same where other threads do the work. Wait for each write before the next, and before its bytes are reused. */
export interface AsyncPieceHasher {
  write(bytes: Uint8Array): Promise<void>;
  digest(): Promise<HashedPiece>;
}

/** A streaming piece hasher, in this thread. */
export function createPieceHasher(): PieceHasher {
  const cutter = new LayerCutter();
  const nodes: Uint8Array[] = [];
  return {
    write(bytes) {
      for (const part of cutter.cut(bytes)) nodes.push(hashLayerNode(part, LAYER_HEIGHT));
    },
    digest: () => cutter.piece([...nodes, ...cutter.last()]),
  };
}

/** The piece that `bytes` make. */
export function hashPiece(bytes: Uint8Array): HashedPiece {
  const hasher = createPieceHasher();
  hasher.write(bytes);
  return hasher.digest();
}

/** The piece of a stream of bytes: a file, a response's body. */
export async function hashPieceStream(
  source: AsyncIterable<Uint8Array>,
  hasher: PieceHasher | AsyncPieceHasher = createPieceHasher(),
): Promise<HashedPiece> {
  for await (const bytes of source) await hasher.write(bytes);
  return hasher.digest();
}

/** The piece after its first bytes were rewritten in place: `start` is its first `LAYER_BYTES`, or all of it. */
export function rehashStart(piece: HashedPiece, start: Uint8Array): HashedPiece {
  const layer = piece.layer.slice();
  layer.set(hashLayerNode(start, Math.min(piece.height, LAYER_HEIGHT)), 0);
  return { ...pieceFrom(joinLayer(layer, piece.height), piece.payloadSize, piece.height), layer };
}

let kernel: Kernel | undefined;
/** The root of the subtree of `height` over at most `LAYER_BYTES` bytes, zeros after them. */
export function hashLayerNode(bytes: Uint8Array, height: number): Uint8Array {
  // One for all: each use is over before the next begins.
  kernel ??= instantiateKernel(kernelModule());
  const least = heightFor(bytes.length);
  return liftNode(kernel(bytes, least), least, height);
}

/** Cuts a stream into the bytes that the nodes of a piece's layer cover, and makes the piece of the nodes. */
export class LayerCutter {
  readonly #newBuffer: (() => Uint8Array) | undefined;
  #buffer: Uint8Array | undefined;
  #filled = 0;
  #payloadSize = 0;
  #done = false;

  /** @param newBuffer gives a buffer of `LAYER_BYTES` for every part, for whoever takes the part to keep. */
  constructor(newBuffer?: () => Uint8Array) {
    this.#newBuffer = newBuffer;
  }

  /** The parts of `LAYER_BYTES` that end in `bytes`. Without `newBuffer`, each is valid until the next. */
  *cut(bytes: Uint8Array): Generator<Uint8Array> {
    if (this.#done) throw new TypeError("This piece hasher has given its digest: create another one.");
    this.#payloadSize += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + LAYER_BYTES - this.#filled);
      at += part.length;
      if (part.length === LAYER_BYTES && this.#newBuffer === undefined) {
        yield part;
        continue;
      }
      const buffer = this.#buffer ?? this.#newBuffer?.() ?? new Uint8Array(LAYER_BYTES);
      buffer.set(part, this.#filled);
      this.#filled = (this.#filled + part.length) % LAYER_BYTES;
      this.#buffer = this.#filled > 0 || this.#newBuffer === undefined ? buffer : undefined;
      if (this.#filled === 0) yield buffer;
    }
  }

  /** Ends the stream. The last node, of what was not cut; none if nothing is left after other nodes. */
  last(): Uint8Array[] {
    this.#done = true;
    if (this.#filled === 0 && this.#payloadSize > 0) return [];
    const rest = this.#buffer?.subarray(0, this.#filled) ?? new Uint8Array(0);
    return [hashLayerNode(rest, Math.min(heightFor(this.#payloadSize), LAYER_HEIGHT))];
  }

  /** The piece whose layer is `nodes`, the last one included. */
  piece(nodes: Uint8Array[]): HashedPiece {
    const layer = concat(nodes);
    const height = heightFor(this.#payloadSize);
    return { ...pieceFrom(joinLayer(layer, height), this.#payloadSize, height), layer };
  }
}

function concat(nodes: Uint8Array[]): Uint8Array {
  const layer = new Uint8Array(nodes.length * 32);
  for (const [index, node] of nodes.entries()) layer.set(node, index * 32);
  return layer;
}
