import { createHash } from "node:crypto";
import { cidOfDigest } from "../compute/spec/cid.ts";

/** The raw CID of bytes, hashed by Node, which is faster than the portable `sha256Hex`. */
export function rawCidOf(bytes: Uint8Array): string {
  return cidOfDigest(`0x${createHash("sha256").update(bytes).digest("hex")}`);
}
