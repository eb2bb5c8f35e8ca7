import { createHash } from "node:crypto";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * A ULID: 48 bits of time (milliseconds) and, in place of randomness, 80 bits that follow from `name`.
 */
export function ulidOf(time: number, name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 20);
  let value = (BigInt(time) << 80n) | BigInt(`0x${hash}`);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = CROCKFORD[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return text;
}
