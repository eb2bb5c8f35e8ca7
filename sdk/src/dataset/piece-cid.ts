import { varint } from "multiformats";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { fromBytes as bytesToHex, toBytes as hexToBytes } from "ox/Hex";
import type { Hex } from "viem";
import { PieceCidInvalidError } from "./errors.ts";

const RAW = 0x55;
/** fr32-sha256-trunc254-padbintree: the multihash of a piece CID v2. */
const FR32_SHA256_PADBINTREE = 0x1011;
/** fil-commitment-unsealed and sha2-256-trunc254-padded: codec and multihash of a piece CID v1. */
const FIL_COMMITMENT_UNSEALED = 0xf101;
const SHA256_TRUNC254_PADDED = 0x1012;

/** 2^48 padded bytes: beyond any sector, and what keeps sizes exact numbers and `padding` a uint48. */
const MAX_HEIGHT = 43;
const MIN_HEIGHT = 2;

/** A piece: what its CID v2 says (FRC-0069), and the sizes that follow from it. All sizes are bytes. */
export interface Piece {
  /** Piece CID v2 as text, `bafkzcib…`. */
  cid: string;
  /** Root of the piece's tree (CommP), as contracts know it. */
  commitment: Hex;
  /** Levels of the tree above its 32-byte leaves. */
  height: number;
  /** Zero bytes after the payload in the unpadded piece. */
  padding: number;
  /** Size in a sector: 32 * 2^height. */
  paddedSize: number;
  /** Size of the bytes the piece was made of. */
  payloadSize: number;
}

/** A piece's padded size (bytes), from its height. */
export function paddedSizeOf(height: number): number {
  return 32 * 2 ** height;
}

/** How many payload bytes a padded piece holds: fr32 stores 127 bytes in 128. */
export function unpaddedSizeOf(paddedSize: number): number {
  return (paddedSize / 128) * 127;
}

/** The height of the smallest piece that holds `payloadSize` bytes. */
export function heightFor(payloadSize: number): number {
  let height = MIN_HEIGHT;
  while (unpaddedSizeOf(paddedSizeOf(height)) < payloadSize) height++;
  return height;
}

/** The piece with this root and payload. `height` is the smallest that fits unless given. */
export function pieceFrom(
  commitment: Hex | Uint8Array,
  payloadSize: number,
  height = heightFor(payloadSize),
): Piece {
  const root = typeof commitment === "string" ? hexToBytes(commitment) : commitment;
  const paddedSize = paddedSizeOf(height);
  const padding = unpaddedSizeOf(paddedSize) - payloadSize;
  if (root.length !== 32) throw new PieceCidInvalidError(bytesToHex(root), "a commitment has 32 bytes");
  checkSizes(bytesToHex(root), height, padding);
  const digest = new Uint8Array(varint.encodingLength(padding) + 33);
  const at = varint.encodingLength(padding);
  varint.encodeTo(padding, digest);
  digest[at] = height;
  digest.set(root, at + 1);
  const cid = CID.createV1(RAW, Digest.create(FR32_SHA256_PADBINTREE, digest)).toString();
  return { cid, commitment: bytesToHex(root), height, padding, paddedSize, payloadSize };
}

/**
 * Reads a piece CID v2 (FRC-0069).
 * @throws PieceCidInvalidError for any other CID, a padding that is not a shortest varint, or sizes that cannot be.
 */
export function decodePieceCid(text: string | CID): Piece {
  const cid = parseCid(text);
  const name = cid.toString();
  if (cid.code !== RAW || cid.multihash.code !== FR32_SHA256_PADBINTREE) {
    throw new PieceCidInvalidError(name, "its codec and hash are not those of FRC-0069");
  }
  const { digest } = cid.multihash;
  const padding = readPadding(name, digest);
  const at = varint.encodingLength(padding);
  if (digest.length !== at + 33)
    throw new PieceCidInvalidError(name, "its digest is not padding, height and root");
  const height = digest[at] as number;
  checkSizes(name, height, padding);
  return pieceFrom(digest.subarray(at + 1), unpaddedSizeOf(paddedSizeOf(height)) - padding, height);
}

/** The piece's CID v1, `baga6ea4seaq…`, which says nothing of its size. */
export function pieceCidV1(piece: Pick<Piece, "commitment">): string {
  const digest = Digest.create(SHA256_TRUNC254_PADDED, hexToBytes(piece.commitment));
  return CID.createV1(FIL_COMMITMENT_UNSEALED, digest).toString();
}

/**
 * The piece that a CID v1 and a payload size name. Legacy deals give only the padded size: pass its unpadded size
 * (`unpaddedSizeOf`) as payload.
 */
export function pieceFromV1(text: string | CID, payloadSize: number, height?: number): Piece {
  const cid = parseCid(text);
  if (cid.code !== FIL_COMMITMENT_UNSEALED || cid.multihash.code !== SHA256_TRUNC254_PADDED) {
    throw new PieceCidInvalidError(cid.toString(), "it is not a commitment to unsealed data");
  }
  return pieceFrom(cid.multihash.digest, payloadSize, height);
}

function parseCid(text: string | CID): CID {
  if (typeof text !== "string") return text;
  try {
    return CID.parse(text);
  } catch (cause) {
    throw new PieceCidInvalidError(text, cause instanceof Error ? cause.message : "it is no CID");
  }
}

function readPadding(name: string, digest: Uint8Array): number {
  try {
    const [padding, length] = varint.decode(digest);
    if (length === varint.encodingLength(padding)) return padding;
  } catch {
    // An endless varint is as wrong as a long one.
  }
  throw new PieceCidInvalidError(name, "its padding is not a shortest varint");
}

function checkSizes(name: string, height: number, padding: number): void {
  if (height < MIN_HEIGHT || height > MAX_HEIGHT) {
    throw new PieceCidInvalidError(name, `its height is ${height}, not ${MIN_HEIGHT} to ${MAX_HEIGHT}`);
  }
  if (!Number.isSafeInteger(padding) || padding < 0 || padding > unpaddedSizeOf(paddedSizeOf(height))) {
    throw new PieceCidInvalidError(
      name,
      `${padding} bytes of padding do not fit into a piece of height ${height}`,
    );
  }
}
