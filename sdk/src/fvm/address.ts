import { blake2b } from "@noble/hashes/blake2.js";
import { base32 } from "multiformats/bases/base32";
import { type Address, bytesToHex, concatBytes, getAddress, type Hex, hexToBytes, isAddress } from "viem";
import { BaseError } from "../errors/base-error.ts";

/** f0 id, f1 secp256k1, f2 actor, f3 BLS, f4 delegated. */
export type FilecoinProtocol = 0 | 1 | 2 | 3 | 4;
/** Mainnet addresses begin with f, those of every other network with t. The bytes are the same. */
export type FilecoinNetwork = "mainnet" | "testnet";

/** An address of any kind. `payload` is what follows the protocol byte in its byte form. */
export interface FilecoinAddress {
  protocol: FilecoinProtocol;
  payload: Uint8Array;
}

/** Text, bytes or a number that is no address, or none of the kind asked for. */
export class FilecoinAddressInvalidError extends BaseError {
  constructor(value: string, why: string, next = "Check it for typing errors: addresses carry a checksum.") {
    super(`${value} is not a usable Filecoin address: ${why}.`, { next });
  }
}

/** The namespace of f410: the Ethereum address manager, actor f010. */
const EAM_NAMESPACE = 10n;
const MAX_ACTOR_ID = 2n ** 64n - 1n;
/** FEVM's name of an actor id as an EVM address: 0xff, eleven zero bytes, the id. */
const MASKED_ID = /^0xff0{22}[0-9a-f]{16}$/i;
const PAYLOAD_BYTES = { 1: 20, 2: 20, 3: 48 } as const;
const MAX_SUBADDRESS_BYTES = 54;

/**
 * Reads an address as text: f0…, f1…, f2…, f3…, f4<namespace>f… (so f410f…), with either network's letter.
 * @throws FilecoinAddressInvalidError
 */
export function parseFilecoinAddress(text: string): FilecoinAddress {
  const [, protocol, rest] =
    /^[ft]([0-4])([0-9a-z]+)$/.exec(text) ?? refuse(text, "it is not f0 to f4 and text");
  switch (protocol) {
    case "0":
      return fromActorId(
        /^(0|[1-9]\d{0,19})$/.test(rest as string)
          ? BigInt(rest as string)
          : refuse(text, "its id is no number"),
      );
    case "4": {
      const [, namespace, body] =
        /^(0|[1-9]\d*)f([a-z2-7]+)$/.exec(rest as string) ?? refuse(text, "it is not f4<number>f…");
      if (BigInt(namespace as string) > MAX_ACTOR_ID) refuse(text, "its namespace is no actor id");
      const prefix = encodeLeb(BigInt(namespace as string));
      return checked(text, 4, prefix, decodeBase32(text, body as string));
    }
    default: {
      const kind = Number(protocol) as 1 | 2 | 3;
      return checked(text, kind, new Uint8Array(0), decodeBase32(text, rest as string));
    }
  }
}

/** An address as text. */
export function formatFilecoinAddress(
  address: FilecoinAddress,
  network: FilecoinNetwork = "mainnet",
): string {
  const letter = network === "mainnet" ? "f" : "t";
  const { protocol, payload } = address;
  if (protocol === 0) return `${letter}0${decodeLeb(payload).value}`;
  const body = base32.baseEncode(concatBytes([bodyOf(address), checksum(address)]));
  return protocol === 4 ? `${letter}4${decodeLeb(payload).value}f${body}` : `${letter}${protocol}${body}`;
}

/** The byte form, as actors take it: protocol byte and payload. */
export function filecoinAddressToBytes({ protocol, payload }: FilecoinAddress): Hex {
  return bytesToHex(concatBytes([Uint8Array.of(protocol), payload]));
}

/** Reads the byte form. @throws FilecoinAddressInvalidError */
export function filecoinAddressFromBytes(bytes: Hex | Uint8Array): FilecoinAddress {
  const raw = typeof bytes === "string" ? hexToBytes(bytes) : bytes;
  const [protocol, payload] = [raw[0] ?? -1, raw.slice(1)];
  if (protocol < 0 || protocol > 4) refuse(bytesToHex(raw), "its first byte is no protocol");
  return validated(bytesToHex(raw), protocol as FilecoinProtocol, payload);
}

/** f0<id>. @throws FilecoinAddressInvalidError if the id is no uint64. */
export function fromActorId(id: bigint): FilecoinAddress {
  if (id < 0n || id > MAX_ACTOR_ID) refuse(String(id), "an actor id is a uint64");
  return { protocol: 0, payload: encodeLeb(id) };
}

/** The EVM address that means the actor with this id ("masked id"). */
export function maskedId(id: bigint): Address {
  if (id < 0n || id > MAX_ACTOR_ID) refuse(String(id), "an actor id is a uint64");
  return getAddress(`0xff${"0".repeat(22)}${id.toString(16).padStart(16, "0")}`);
}

/** The actor id that an address means: of a masked id, an f0 address or its text; undefined for all others. */
export function actorIdOf(address: Address | string | FilecoinAddress): bigint | undefined {
  if (typeof address === "string" && address.startsWith("0x")) {
    return MASKED_ID.test(address) ? BigInt(`0x${address.slice(-16)}`) : undefined;
  }
  const parsed = typeof address === "string" ? parseFilecoinAddress(address) : address;
  return parsed.protocol === 0 ? decodeLeb(parsed.payload).value : undefined;
}

/**
 * The EVM address of a Filecoin address: an f410 address's own 20 bytes, an f0 address's masked id.
 * @throws FilecoinAddressInvalidError for f1, f2, f3 and other namespaces, which have none: ask the chain for their id.
 */
export function toEvmAddress(address: string | FilecoinAddress): Address {
  if (typeof address === "string" && isAddress(address, { strict: false })) return getAddress(address);
  const parsed = typeof address === "string" ? parseFilecoinAddress(address) : address;
  const id = actorIdOf(parsed);
  if (id !== undefined) return maskedId(id);
  const { value: namespace, length } = decodeLeb(parsed.payload);
  if (parsed.protocol !== 4 || namespace !== EAM_NAMESPACE || parsed.payload.length !== length + 20) {
    throw new FilecoinAddressInvalidError(
      formatFilecoinAddress(parsed),
      "it has no EVM form of its own",
      "Resolve it to its actor id first (Filecoin.StateLookupID), then use f0<id>.",
    );
  }
  return getAddress(bytesToHex(parsed.payload.slice(length)));
}

/** The Filecoin address of an EVM address: f0 for a masked id, f410 for any other. */
export function fromEvmAddress(address: Address): FilecoinAddress {
  if (!isAddress(address, { strict: false })) refuse(address, "it is not 0x and 40 hex digits");
  const id = actorIdOf(address);
  if (id !== undefined) return fromActorId(id);
  return { protocol: 4, payload: concatBytes([encodeLeb(EAM_NAMESPACE), hexToBytes(address)]) };
}

function checked(
  text: string,
  protocol: FilecoinProtocol,
  prefix: Uint8Array,
  body: Uint8Array,
): FilecoinAddress {
  const address = validated(text, protocol, concatBytes([prefix, body.slice(0, -4)]));
  if (bytesToHex(checksum(address)) !== bytesToHex(body.slice(-4))) refuse(text, "its checksum is wrong");
  return address;
}

function validated(text: string, protocol: FilecoinProtocol, payload: Uint8Array): FilecoinAddress {
  if (protocol === 0 || protocol === 4) {
    const { value, length } = decodeLeb(payload);
    if (length === 0 || value > MAX_ACTOR_ID)
      refuse(text, "its id or namespace is no uint64 in shortest form");
    const rest = payload.length - length;
    if (protocol === 0 ? rest > 0 : rest > MAX_SUBADDRESS_BYTES) refuse(text, "it is too long");
  } else if (payload.length !== PAYLOAD_BYTES[protocol]) {
    refuse(text, `an f${protocol} address has ${PAYLOAD_BYTES[protocol]} bytes`);
  }
  return { protocol, payload };
}

/** What is written in base32: for f4 the namespace stands before it in decimal. */
function bodyOf({ protocol, payload }: FilecoinAddress): Uint8Array {
  return protocol === 4 ? payload.slice(decodeLeb(payload).length) : payload;
}

function checksum({ protocol, payload }: FilecoinAddress): Uint8Array {
  return blake2b(concatBytes([Uint8Array.of(protocol), payload]), { dkLen: 4 });
}

function decodeBase32(text: string, body: string): Uint8Array {
  try {
    const bytes = base32.baseDecode(body);
    if (bytes.length >= 4 && base32.baseEncode(bytes) === body) return bytes;
  } catch {
    // Refused below, like text with stray bits at its end.
  }
  return refuse(text, "its text is no base32");
}

function encodeLeb(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** A number at the start of `bytes`; length 0 if there is none in shortest form. */
function decodeLeb(bytes: Uint8Array): { value: bigint; length: number } {
  const length = bytes.findIndex((byte) => byte < 0x80) + 1;
  if (length === 0 || length > 10 || (length > 1 && bytes[length - 1] === 0)) return { value: 0n, length: 0 };
  let value = 0n;
  for (let at = length - 1; at >= 0; at--) value = (value << 7n) | BigInt((bytes[at] as number) & 0x7f);
  return { value, length };
}

function refuse(value: string, why: string): never {
  throw new FilecoinAddressInvalidError(value, why);
}
