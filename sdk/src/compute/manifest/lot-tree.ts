import { sha256 } from "@noble/hashes/sha2.js";
import { fromBytes as bytesToHex, toBytes as hexToBytes } from "ox/Hex";
import type { Hex } from "viem";

/** A shard's place in its lot's tree, and the hashes beside its way to the root, from below. */
export interface LotProof {
  shard: number;
  shards: number;
  siblings: Hex[];
}

/**
 * Root of a lot: the tree of RFC 9162 over the shards' manifest digests, in order. A leaf is
 * sha256(0x00, shards as uint16, shard as uint16, digest), a node sha256(0x01, left, right): neither can stand for the
 * other, for a manifest, or for another shard.
 * @throws RangeError unless there are 2 to 256, of 32 bytes each
 */
export function lotRoot(digests: readonly Hex[]): Hex {
  return bytesToHex(rootOf(leaves(digests)));
}

/** The proof that a shard's digest is in its lot. */
export function lotProof(digests: readonly Hex[], shard: number): LotProof {
  if (!Number.isInteger(shard) || shard < 0 || shard >= digests.length) {
    throw new RangeError(`There is no shard ${shard} of ${digests.length}`);
  }
  const siblings: Hex[] = [];
  let nodes = leaves(digests);
  let at = shard;
  while (nodes.length > 1) {
    const split = splitOf(nodes.length);
    const [left, right] = [nodes.slice(0, split), nodes.slice(split)];
    siblings.unshift(bytesToHex(rootOf(at < split ? right : left)));
    nodes = at < split ? left : right;
    if (at >= split) at -= split;
  }
  return { shard, shards: digests.length, siblings };
}

/** Whether `digest` is that shard's in the lot of this root. Never throws. */
export function verifyLotProof(root: Hex, digest: Hex, { shard, shards, siblings }: LotProof): boolean {
  if (!isCount(shards) || !Number.isInteger(shard) || shard < 0 || shard >= shards) return false;
  if (![root, digest, ...siblings].every(isDigest)) return false;
  const sides = sidesOf(shard, shards);
  if (sides.length !== siblings.length) return false;
  const top = siblings.reduce(
    (hash, sibling, level) => {
      const other = hexToBytes(sibling);
      return sides[level] ? node(other, hash) : node(hash, other);
    },
    leaf(digest, shard, shards),
  );
  return bytesToHex(top) === root.toLowerCase();
}

/** From below, whether a leaf's way comes from the right. */
function sidesOf(at: number, size: number): boolean[] {
  const sides: boolean[] = [];
  while (size > 1) {
    const split = splitOf(size);
    sides.unshift(at >= split);
    if (at >= split) at -= split;
    size = sides[0] ? size - split : split;
  }
  return sides;
}

function rootOf(nodes: Uint8Array[]): Uint8Array {
  if (nodes.length === 1) return nodes[0] as Uint8Array;
  const split = splitOf(nodes.length);
  return node(rootOf(nodes.slice(0, split)), rootOf(nodes.slice(split)));
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** (31 - Math.clz32(size - 1));
}

function leaves(digests: readonly Hex[]): Uint8Array[] {
  if (!isCount(digests.length)) throw new RangeError(`A lot has 2 to 256 shards, not ${digests.length}`);
  const wrong = digests.find((digest) => !isDigest(digest));
  if (wrong !== undefined) throw new RangeError(`${wrong} is no sha2-256`);
  return digests.map((digest, shard) => leaf(digest, shard, digests.length));
}

function leaf(digest: Hex, shard: number, shards: number): Uint8Array {
  const bytes = new Uint8Array(37);
  const view = new DataView(bytes.buffer);
  view.setUint16(1, shards);
  view.setUint16(3, shard);
  bytes.set(hexToBytes(digest), 5);
  return sha256(bytes);
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return sha256(bytes);
}

function isCount(shards: number): boolean {
  return Number.isInteger(shards) && shards >= 2 && shards <= 256;
}

function isDigest(hex: string): boolean {
  return /^0x[0-9a-f]{64}$/i.test(hex);
}
