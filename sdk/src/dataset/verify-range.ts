import { hashLayerNode } from "../piece-hash/piece-hasher.ts";
import type { Piece } from "./piece-cid.ts";
import { equal, LAYER_BYTES, LAYER_HEIGHT, nodesOf, type PieceRange } from "./piece-tree.ts";

/**
 * Whether `bytes` are what `piece` has in `range`, by its kept layer (check that once with `verifyLayer`: then no
 * provider's word is needed for the answer). A short or long answer is a wrong answer.
 * @throws PieceRangeUnalignedError if the range does not begin and end between nodes.
 */
export function verifyRange(piece: Piece, layer: Uint8Array, range: PieceRange, bytes: Uint8Array): boolean {
  const { first, last } = nodesOf(piece, range);
  if (bytes.length !== range.end - range.start) return false;
  const height = Math.min(piece.height, LAYER_HEIGHT);
  for (let index = first; index <= last; index++) {
    const at = (index - first) * LAYER_BYTES;
    const node = hashLayerNode(bytes.subarray(at, at + LAYER_BYTES), height);
    if (!equal(node, layer.subarray(index * 32, index * 32 + 32))) return false;
  }
  return true;
}
