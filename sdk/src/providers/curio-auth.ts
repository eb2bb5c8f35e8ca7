import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256, sha256, stringToBytes } from "viem";
import { privateKeyToAccount, sign } from "viem/accounts";
import { publicKeyToAddress, recoverPublicKey } from "viem/utils";
import { BaseError } from "../errors/base-error.ts";
import { filecoinAddressToBytes, fromEvmAddress } from "../fvm/address.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** Key types of Curio's `Authorization: CurioAuth <type>:<address>:<signature>` that an EOA or an f1 wallet has. */
export type CurioKeyType = "delegated" | "secp256k1";

/** Leading byte of a marshalled Filecoin signature. */
const SIGNATURE_TYPE: Record<CurioKeyType, number> = { secp256k1: 1, delegated: 3 };

export interface CurioSigner {
  type: CurioKeyType;
  /** Bytes of the Filecoin address. */
  address: Uint8Array;
  /** Signs a message as Filecoin does for this key type: R, S and V (0 or 1), 65 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The header of a request is missing, malformed, stale, or signed by another key. */
export class CurioAuthError extends BaseError {
  constructor(why: string) {
    super(`The request is not authenticated: ${why}.`, {
      next: "Sign sha256(address, METHOD, path, current UTC minute) with the client's key, and check the clock.",
    });
  }
}

/** Signs as the f410 address of an Ethereum key; a wallet that cannot sign a bare hash cannot do this. */
export function delegatedSigner(privateKey: Hex): CurioSigner {
  return {
    type: "delegated",
    address: delegatedAddress(privateKeyToAccount(privateKey).publicKey),
    sign: (message) => signHash(keccak256(message), privateKey),
  };
}

/** Signs as the f1 address of a secp256k1 key. */
export function secp256k1Signer(privateKey: Hex): CurioSigner {
  return {
    type: "secp256k1",
    address: secp256k1Address(privateKeyToAccount(privateKey).publicKey),
    sign: (message) => signHash(bytesToHex(blake2b(message, { dkLen: 32 })), privateKey),
  };
}

/**
 * The value of the Authorization header for one request.
 * @param path escaped path without query
 * @param at the signature holds for the minute this lies in
 */
export async function curioAuthHeader(
  signer: CurioSigner,
  method: string,
  path: string,
  at: Date,
): Promise<string> {
  const signature = await signer.sign(authMessage(signer.address, method, path, at));
  const marshalled = concatBytes([new Uint8Array([SIGNATURE_TYPE[signer.type]]), signature]);
  return `CurioAuth ${signer.type}:${toBase64(signer.address)}:${toBase64(marshalled)}`;
}

/**
 * Checks a header as Curio does, for the minute of `at` and no other.
 * @returns the bytes of the client's Filecoin address
 * @throws CurioAuthError
 */
export async function verifyCurioAuth(
  header: string | undefined,
  method: string,
  path: string,
  at: Date,
): Promise<Uint8Array> {
  const [, type, address64, signature64] = /^CurioAuth ([^:]*):([^:]*):(.*)$/.exec(header ?? "") ?? [];
  if (type !== "delegated" && type !== "secp256k1") {
    throw new CurioAuthError(
      header ? "it is not CurioAuth with a key type this side knows" : "it carries no header",
    );
  }
  const address = decode(address64!);
  const marshalled = decode(signature64!);
  if (marshalled.length !== 66 || marshalled[0] !== SIGNATURE_TYPE[type]) {
    throw new CurioAuthError("its signature is not one of this key type");
  }
  const message = authMessage(address, method, path, at);
  const signed = type === "delegated" ? keccak256(message) : bytesToHex(blake2b(message, { dkLen: 32 }));
  const publicKey = await recover(signed, marshalled.subarray(1));
  const signedBy = type === "delegated" ? delegatedAddress(publicKey) : secp256k1Address(publicKey);
  if (bytesToHex(signedBy) !== bytesToHex(address)) {
    throw new CurioAuthError("its signature is not this address's for this method, path and minute");
  }
  return address;
}

/** Start of the UTC minute of `at` in RFC 3339, as Go writes it. */
export function authMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16)}:00Z`;
}

function authMessage(address: Uint8Array, method: string, path: string, at: Date): Uint8Array {
  const text = stringToBytes(`${method.toUpperCase()}${path || "/"}${authMinute(at)}`);
  return sha256(concatBytes([address, text]), "bytes");
}

/** f410 of the key's Ethereum address. */
function delegatedAddress(publicKey: Hex): Uint8Array {
  return hexToBytes(filecoinAddressToBytes(fromEvmAddress(publicKeyToAddress(publicKey))));
}

/** f1: BLAKE2b-160 of the uncompressed key. */
function secp256k1Address(publicKey: Hex): Uint8Array {
  return concatBytes([Uint8Array.of(1), blake2b(hexToBytes(publicKey), { dkLen: 20 })]);
}

async function signHash(hash: Hex, privateKey: Hex): Promise<Uint8Array> {
  const { r, s, yParity } = await sign({ hash, privateKey });
  return concatBytes([hexToBytes(r, { size: 32 }), hexToBytes(s, { size: 32 }), new Uint8Array([yParity!])]);
}

async function recover(hash: Hex, signature: Uint8Array): Promise<Hex> {
  try {
    return await recoverPublicKey({ hash, signature });
  } catch {
    throw new CurioAuthError("its signature recovers to no key");
  }
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw new CurioAuthError("its parts are not base64");
  }
}
