import { createHash } from "node:crypto";
import { cidOfDigest } from "@holdfast/sdk";

/** The raw CID of bytes. */
export function cidOf(bytes: Uint8Array): string {
  return cidOfDigest(`0x${createHash("sha256").update(bytes).digest("hex")}`);
}
