import { type Hex, hexToBytes } from "viem";

/** Standard base64 with padding, as Go's encoding/base64 reads it. */
export function toBase64(bytes: Uint8Array | Hex): string {
  const octets = typeof bytes === "string" ? hexToBytes(bytes) : bytes;
  return btoa(String.fromCharCode(...octets));
}

/** @throws Error for text that is no base64 */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
