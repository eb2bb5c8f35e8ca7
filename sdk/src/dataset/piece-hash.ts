import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import { heightFor, type Piece, pieceFrom } from "./piece-cid.ts";
import { joinLayer, LAYER_BYTES, LAYER_HEIGHT, liftNode } from "./piece-tree.ts";

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

/** A streaming piece hasher. */
export function createPieceHasher(): PieceHasher {
  const buffer = new Uint8Array(LAYER_BYTES);
  const nodes: Uint8Array[] = [];
  let filled = 0;
  let payloadSize = 0;
  let done = false;
  return {
    write(bytes) {
      if (done) throw new TypeError("This piece hasher has given its digest: create another one.");
      payloadSize += bytes.length;
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + LAYER_BYTES - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === LAYER_BYTES) {
          nodes.push(hashLayerNode(buffer, LAYER_HEIGHT));
          filled = 0;
        }
      }
    },
    digest() {
      done = true;
      const height = heightFor(payloadSize);
      if (filled > 0 || payloadSize === 0) {
        nodes.push(hashLayerNode(buffer.subarray(0, filled), Math.min(height, LAYER_HEIGHT)));
      }
      const layer = concat(nodes);
      return { ...pieceFrom(joinLayer(layer, height), payloadSize, height), layer };
    },
  };
}

/** The piece that `bytes` make. */
export function hashPiece(bytes: Uint8Array): HashedPiece {
  const hasher = createPieceHasher();
  hasher.write(bytes);
  return hasher.digest();
}

/** The piece after its first bytes were rewritten in place: `start` is its first `LAYER_BYTES`, or all of it. */
export function rehashStart(piece: HashedPiece, start: Uint8Array): HashedPiece {
  const layer = piece.layer.slice();
  layer.set(hashLayerNode(start, Math.min(piece.height, LAYER_HEIGHT)), 0);
  return { ...pieceFrom(joinLayer(layer, piece.height), piece.payloadSize, piece.height), layer };
}

/**
 * The root of the subtree of `height` over at most `LAYER_BYTES` bytes, zeros after them: the one place that hashes
 * payload bytes. Its hasher is shared because each use is synchronous from `reset` to `digestInto`.
 */
export function hashLayerNode(bytes: Uint8Array, height: number): Uint8Array {
  const hasher = sharedHasher();
  hasher.reset();
  hasher.write(bytes);
  const digest = new Uint8Array(hasher.digestByteLength());
  hasher.digestInto(digest, 0, false);
  return liftNode(digest.subarray(digest.length - 32), heightFor(bytes.length), height);
}

let hasher: ReturnType<typeof create> | undefined;
function sharedHasher(): ReturnType<typeof create> {
  hasher ??= create();
  return hasher;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.length * 32);
  for (const [index, part] of parts.entries()) whole.set(part, index * 32);
  return whole;
}
