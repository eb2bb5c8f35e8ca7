import { blake2b } from "@noble/hashes/blake2.js";
import { base32 } from "multiformats/bases/base32";
import { varint } from "multiformats";
import { type Address, bytesToHex, concatBytes, getAddress, hexToBytes } from "viem";
import { BaseError } from "../errors/base-error.ts";

/** `f` on mainnet, `t` on every other network: Lotus and Curio write addresses with it. */
export type NetworkPrefix = "f" | "t";

/** Filecoin's Ethereum address manager: the namespace of f410 addresses. */
const ETHEREUM_NAMESPACE = 10;
const CHECKSUM_BYTES = 4;
const SECP256K1_PROTOCOL = 1;
const DELEGATED_PROTOCOL = 4;

/** Text or bytes are no Filecoin address. */
export class FilecoinAddressInvalidError extends BaseError {
  constructor(value: string, why: string) {
    super(`${value} is not a Filecoin address: ${why}.`, {
      next: "An address starts with f or t and its protocol, such as t01000 or t410f….",
    });
  }
}

/** The prefix that nodes of this chain write. */
export function networkPrefixOf(chainId: number): NetworkPrefix {
  return chainId === 314 ? "f" : "t";
}

/** The bytes of the f410 address of an Ethereum address. */
export function delegatedAddress(account: Address): Uint8Array {
  return concatBytes([new Uint8Array([DELEGATED_PROTOCOL, ETHEREUM_NAMESPACE]), hexToBytes(account)]);
}

/** The Ethereum address in the bytes of an f410 address, or undefined for any other address. */
export function ethereumAddressOf(bytes: Uint8Array): Address | undefined {
  if (bytes.length !== 22 || bytes[0] !== DELEGATED_PROTOCOL || bytes[1] !== ETHEREUM_NAMESPACE) return undefined;
  return getAddress(bytesToHex(bytes.subarray(2)));
}

/** The bytes of the f1 address of an uncompressed secp256k1 public key (65 bytes). */
export function secp256k1Address(publicKey: Uint8Array): Uint8Array {
  return concatBytes([new Uint8Array([SECP256K1_PROTOCOL]), blake2b(publicKey, { dkLen: 20 })]);
}

/** The bytes of the f0 address of an actor id. */
export function idAddress(id: bigint): Uint8Array {
  const bytes = [0];
  for (let rest = id; ; rest >>= 7n) {
    if (rest < 0x80n) return new Uint8Array([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** `t01000` for the actor id 1000. */
export function idAddressText(id: bigint, network: NetworkPrefix): string {
  return `${network}0${id}`;
}

/** An address as Lotus writes it; every protocol but f3 and unknown ones. */
export function filecoinAddressText(bytes: Uint8Array, network: NetworkPrefix): string {
  const protocol = bytes[0];
  if (protocol === 0) return `${network}0${readUnsignedVarint(bytes.subarray(1))}`;
  const checksum = blake2b(bytes, { dkLen: CHECKSUM_BYTES });
  if ((protocol === 1 || protocol === 2) && bytes.length === 21) {
    return `${network}${protocol}${lower(concatBytes([bytes.subarray(1), checksum]))}`;
  }
  if (protocol === DELEGATED_PROTOCOL && bytes.length > 2) {
    const [namespace, length] = varint.decode(bytes.subarray(1));
    return `${network}4${namespace}f${lower(concatBytes([bytes.subarray(1 + length), checksum]))}`;
  }
  throw new FilecoinAddressInvalidError(bytesToHex(bytes), "its protocol or length is unknown");
}

/**
 * The bytes of an address in text form, either network's prefix.
 * @throws FilecoinAddressInvalidError
 */
export function parseFilecoinAddress(text: string): Uint8Array {
  const match = /^[ft](?:0(\d{1,20})|([12])([a-z2-7]+)|4(\d{1,18})f([a-z2-7]+))$/.exec(text);
  if (!match) throw new FilecoinAddressInvalidError(text, "its form is that of no protocol");
  const [, id, keyed, keyedBody, namespace, delegatedBody] = match;
  if (id !== undefined) return idAddress(BigInt(id));
  const head = keyed !== undefined ? [Number(keyed)] : [DELEGATED_PROTOCOL, ...idAddress(BigInt(namespace!)).subarray(1)];
  const body = unlower(text, keyedBody ?? delegatedBody!);
  const bytes = concatBytes([new Uint8Array(head), body.subarray(0, -CHECKSUM_BYTES)]);
  const checksum = blake2b(bytes, { dkLen: CHECKSUM_BYTES });
  if (bytesToHex(checksum) !== bytesToHex(body.subarray(-CHECKSUM_BYTES))) {
    throw new FilecoinAddressInvalidError(text, "its checksum is wrong");
  }
  return bytes;
}

function lower(bytes: Uint8Array): string {
  return base32.baseEncode(bytes);
}

function unlower(text: string, body: string): Uint8Array {
  try {
    return base32.baseDecode(body);
  } catch {
    throw new FilecoinAddressInvalidError(text, "it is not base32");
  }
}

function readUnsignedVarint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  return value;
}
