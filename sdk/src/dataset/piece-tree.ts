import { sha256 } from "@noble/hashes/sha2.js";
import { toBytes as hexToBytes } from "ox/Hex";
import type { Hex } from "viem";
import { BaseError } from "../errors/base-error.ts";
import type { Piece } from "./piece-cid.ts";

/** The kept layer's nodes stand 15 levels above the leaves: each covers 1 MiB of the padded piece … */
export const LAYER_HEIGHT = 15;
/** … which is this many payload bytes (fr32 stores 127 bytes in 128). Sampled ranges begin at a multiple of it. */
export const LAYER_BYTES = 127 * 8192;

/** A byte range of a piece's payload: `end` is exclusive. Ask a provider for `bytes=start-(end-1)`. */
export interface PieceRange {
  start: number;
  end: number;
}

/** A node of the tree: SHA-256 of its children with the two top bits of the last byte cleared. */
export function joinNodes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = sha256.create().update(left).update(right).digest();
  node[31] = (node[31] as number) & 0x3f;
  return node;
}

/** `node` of height `from`, joined with zero subtrees on its right up to height `to`. */
export function liftNode(node: Uint8Array, from: number, to: number): Uint8Array {
  let lifted = node;
  for (let height = from; height < to; height++) lifted = joinNodes(lifted, zeroNode(height));
  return lifted;
}

/** The root of a tree of `height` whose layer begins with these nodes and is zero after them. */
export function joinLayer(layer: Uint8Array, height: number): Uint8Array {
  let nodes: Uint8Array[] = [];
  for (let at = 0; at < layer.length; at += 32) nodes.push(layer.slice(at, at + 32));
  for (let level = Math.min(height, LAYER_HEIGHT); level < height; level++) {
    const parents: Uint8Array[] = [];
    for (let at = 0; at < nodes.length; at += 2) {
      parents.push(joinNodes(nodes[at] as Uint8Array, nodes[at + 1] ?? zeroNode(level)));
    }
    nodes = parents;
  }
  return nodes[0] as Uint8Array;
}

/** Whether `layer` is the kept layer of `piece`: it has one node for every `LAYER_BYTES` and hashes up to the root. */
export function verifyLayer(piece: Piece, layer: Uint8Array): boolean {
  if (layer.length !== 32 * layerLength(piece)) return false;
  return equal(joinLayer(layer, piece.height), hexToBytes(piece.commitment));
}

/** How many nodes the kept layer of a piece has. */
export function layerLength(piece: Piece): number {
  return Math.max(1, Math.ceil(piece.payloadSize / LAYER_BYTES));
}

/**
 * Which byte ranges of a piece to ask a provider for: `count` different ones, drawn by hashing `seed` (bytes nobody
 * could know before, such as a drand round), in ascending order. The same seed gives the same plan.
 */
export function samplePlan(piece: Piece, options: { seed: Hex | Uint8Array; count: number }): PieceRange[] {
  const total = layerLength(piece);
  const wanted = Math.min(options.count, total);
  const seed = typeof options.seed === "string" ? hexToBytes(options.seed) : options.seed;
  const chosen = new Set<number>();
  // Floyd's sampling: exactly `wanted` draws, each subset equally likely.
  for (let last = total - wanted; last < total; last++) {
    const draw = Number(drawUint64(seed, last) % BigInt(last + 1));
    chosen.add(chosen.has(draw) ? last : draw);
  }
  return [...chosen]
    .sort((a, b) => a - b)
    .map((index) => ({
      start: index * LAYER_BYTES,
      end: Math.min((index + 1) * LAYER_BYTES, piece.payloadSize),
    }));
}

/** A range cannot be checked against the kept layer: its ends do not fall between nodes. */
export class PieceRangeUnalignedError extends BaseError {
  constructor(range: PieceRange, piece: Piece) {
    super(
      `Bytes ${range.start} to ${range.end} of piece ${piece.cid} do not begin and end between tree nodes.`,
      {
        next: `Begin at a multiple of ${LAYER_BYTES} and end at one, or at the payload's end (${piece.payloadSize}).`,
      },
    );
  }
}

/** The node indices that a range covers. @throws PieceRangeUnalignedError */
export function nodesOf(piece: Piece, range: PieceRange): { first: number; last: number } {
  const { start, end } = range;
  const ends = end === piece.payloadSize || (end % LAYER_BYTES === 0 && end < piece.payloadSize);
  if (!Number.isSafeInteger(start) || start < 0 || start % LAYER_BYTES !== 0 || !ends || end <= start) {
    throw new PieceRangeUnalignedError(range, piece);
  }
  return { first: start / LAYER_BYTES, last: Math.ceil(end / LAYER_BYTES) - 1 };
}

const zeroNodes: Uint8Array[] = [new Uint8Array(32)];
/** The root of a tree of this height over zeros. */
export function zeroNode(height: number): Uint8Array {
  for (let known = zeroNodes.length; known <= height; known++) {
    const below = zeroNodes[known - 1] as Uint8Array;
    zeroNodes.push(joinNodes(below, below));
  }
  return zeroNodes[height] as Uint8Array;
}

function drawUint64(seed: Uint8Array, counter: number): bigint {
  const input = new Uint8Array(seed.length + 8);
  input.set(seed);
  new DataView(input.buffer).setBigUint64(seed.length, BigInt(counter));
  return new DataView(sha256(input).buffer).getBigUint64(0);
}

/** Whether two byte strings are the same. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
