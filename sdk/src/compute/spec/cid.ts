import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { fromBytes as bytesToHex, toBytes as hexToBytes } from "ox/Hex";
import type { Hex } from "viem";
import { CidNotRawError } from "./errors.ts";

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA2_256 = 0x12;

/**
 * The sha2-256 in a raw CIDv1, as contracts hold it: the last 32 bytes of the CID.
 * @throws CidNotRawError for any other codec, hash, version or spelling
 */
export function digestOfCid(cid: string): Hex {
  const parsed = parseCid(cid);
  if (parsed?.code !== RAW || parsed.toString() !== cid) throw new CidNotRawError(cid);
  return bytesToHex(parsed.multihash.digest);
}

/**
 * The raw CIDv1 (base32, `bafkrei…`) of a sha2-256.
 * @throws CidNotRawError if `digest` is not 32 bytes
 */
export function cidOfDigest(digest: Hex): string {
  if (!/^0x[0-9a-f]{64}$/i.test(digest)) throw new CidNotRawError(digest);
  return CID.createV1(RAW, Digest.create(SHA2_256, hexToBytes(digest))).toString();
}

/** sha2-256 of bytes, as hex with 0x. */
export function sha256Hex(bytes: Uint8Array): Hex {
  return bytesToHex(sha256(bytes));
}

/** Why text cannot name a file of a spec, or undefined: it must be a CIDv1 in base32, raw or dag-pb, of 32 bytes sha2-256. */
export function fileCidProblem(text: string): string | undefined {
  const cid = parseCid(text);
  if (cid === undefined) return "is not a CIDv1 over a sha2-256";
  if (cid.code !== RAW && cid.code !== DAG_PB) return "is neither raw nor dag-pb, so it is no file";
  return cid.toString() === text ? undefined : `is a second spelling of ${cid}`;
}

function parseCid(text: string): CID | undefined {
  try {
    const cid = CID.parse(text);
    const { code, digest } = cid.multihash;
    return cid.version === 1 && code === SHA2_256 && digest.length === 32 ? cid : undefined;
  } catch {
    return undefined;
  }
}
