import { randomUUID } from "node:crypto";
import { access, type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Keystore } from "ox";
import { type Address, getAddress, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { BaseError } from "../errors/base-error.ts";

/** A keystore file cannot be used. Its subclasses say why. No message holds a password or a key. */
export class KeystoreError extends BaseError {
  readonly path: string;
  constructor(path: string, shortMessage: string, next: string, cause?: unknown) {
    super(shortMessage, { next, ...(cause === undefined ? {} : { cause }) });
    this.path = path;
  }
}

/** There is no such file, or it cannot be read or written. */
export class KeystoreUnreadableError extends KeystoreError {
  constructor(path: string, cause: unknown) {
    super(path, `The keystore file ${path} cannot be opened.`, "npx hardhat keys new --file <path>", cause);
  }
}

/** Others than its owner may read or write the file. */
export class KeystoreModeError extends KeystoreError {
  /** The permission bits. */
  readonly mode: number;
  constructor(path: string, mode: number) {
    const octal = mode.toString(8).padStart(4, "0");
    super(path, `The keystore file ${path} has mode ${octal}: others may read it.`, `chmod 600 ${path}`);
    this.mode = mode;
  }
}

/** The file is no geth V3 keystore. */
export class KeystoreMalformedError extends KeystoreError {
  constructor(path: string, why: string) {
    super(path, `${path} is no keystore of geth's version 3: ${why}.`, "npx hardhat keys new --file <path>");
  }
}

/** The password is not the one that the key was encrypted with, or the file is damaged: the two look the same. */
export class KeystorePasswordError extends KeystoreError {
  constructor(path: string) {
    super(
      path,
      `The password does not open ${path}, or the file is damaged.`,
      "Try again with the password that was set when the file was made.",
    );
  }
}

/** The file is there already; a key is never overwritten. */
export class KeystoreExistsError extends KeystoreError {
  constructor(path: string) {
    super(path, `${path} is there already: a key is never overwritten.`, "Name another file.");
  }
}

/** The folder that the file should be written into is not there. */
export class KeystoreFolderMissingError extends KeystoreError {
  constructor(path: string) {
    const folder = dirname(path);
    super(path, `There is no folder ${folder}.`, `mkdir -p ${folder}`);
  }
}

export interface CreateKeystoreOptions {
  password: string;
  /** The key to keep. Default: a new one. */
  privateKey?: Hex;
  /** scrypt's N, a power of two: work, and 1 KiB of memory, for each guess of the password. Default 262,144, as geth. */
  cost?: number;
}

/** An unlocked key. */
export interface UnlockedKey {
  address: Address;
  privateKey: Hex;
}

/** geth's standard: N 262,144, r 8, p 1. */
const SCRYPT = { n: 262_144, r: 8, p: 1 };
const PRIVATE = 0o600;
const OTHERS = 0o077;
const MAX_BYTES = 1 << 16;

/**
 * Looks whether a new file can be at a path, before anybody is asked for a password.
 * @throws KeystoreExistsError, KeystoreFolderMissingError
 */
export async function checkNewKeystore(path: string): Promise<void> {
  const isThere = (what: string) =>
    access(what).then(
      () => true,
      () => false,
    );
  if (await isThere(path)) throw new KeystoreExistsError(path);
  if (!(await isThere(dirname(path)))) throw new KeystoreFolderMissingError(path);
}

/**
 * Writes a key into a new file of geth's keystore format, version 3 (scrypt, AES-128-CTR), which only its owner may read.
 * @returns the key's address
 * @throws KeystoreExistsError, KeystoreFolderMissingError, KeystoreUnreadableError
 */
export async function createKeystore(path: string, options: CreateKeystoreOptions): Promise<Address> {
  const { password, privateKey = generatePrivateKey(), cost = SCRYPT.n } = options;
  const { address } = privateKeyToAccount(privateKey);
  const handle = await create(path);
  try {
    await using file = handle;
    // The synchronous one: ox's asynchronous scrypt does not take r and p.
    const [key, derivation] = Keystore.scrypt({ ...SCRYPT, n: cost, password });
    const keystore = Keystore.encrypt(privateKey, key, { ...derivation, id: randomUUID() });
    await file.writeFile(`${JSON.stringify({ address: address.slice(2).toLowerCase(), ...keystore })}\n`);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return address;
}

async function create(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "wx", PRIVATE);
    // The process's umask may have taken bits away; it must not have left any.
    await handle.chmod(PRIVATE);
    return handle;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new KeystoreExistsError(path);
    throw code === "ENOENT" ? new KeystoreFolderMissingError(path) : new KeystoreUnreadableError(path, cause);
  }
}

/**
 * Unlocks the key of a V3 keystore file (scrypt or PBKDF2).
 * @throws KeystoreUnreadableError, KeystoreModeError, KeystoreMalformedError, KeystorePasswordError
 */
export async function readKeystore(path: string, password: string): Promise<UnlockedKey> {
  const { keystore, address } = await load(path);
  let privateKey: Hex;
  try {
    privateKey = Keystore.decrypt(keystore, Keystore.toKey(keystore, { password }));
  } catch {
    // Not passed on: what a library says of a key may hold some of it.
    throw new KeystorePasswordError(path);
  }
  const unlocked = privateKeyToAccount(privateKey).address;
  if (address !== undefined && address !== unlocked) {
    throw new KeystoreMalformedError(
      path,
      `it says that it is of ${address}, and holds the key of ${unlocked}`,
    );
  }
  return { address: unlocked, privateKey };
}

/**
 * The address that a keystore file names, without unlocking it; undefined for a file that names none.
 * @throws KeystoreUnreadableError, KeystoreModeError, KeystoreMalformedError
 */
export async function keystoreAddress(path: string): Promise<Address | undefined> {
  return (await load(path)).address;
}

async function load(path: string) {
  let text: string;
  try {
    await using file = await open(path, "r");
    const { mode, size } = await file.stat();
    // Windows has no such bits.
    if (process.platform !== "win32" && (mode & OTHERS) !== 0)
      throw new KeystoreModeError(path, mode & 0o7777);
    if (size > MAX_BYTES) throw new KeystoreMalformedError(path, "it is too long");
    text = await file.readFile("utf8");
  } catch (cause) {
    throw cause instanceof KeystoreError ? cause : new KeystoreUnreadableError(path, cause);
  }
  return parse(path, text);
}

function parse(path: string, text: string) {
  let file: Partial<Keystore.Keystore> & { address?: unknown };
  try {
    file = JSON.parse(text);
  } catch {
    throw new KeystoreMalformedError(path, "it is not JSON");
  }
  const { version, crypto } = file ?? {};
  if (version !== 3) throw new KeystoreMalformedError(path, `its version is ${version}`);
  if (crypto?.cipher !== "aes-128-ctr")
    throw new KeystoreMalformedError(path, "its cipher is not AES-128-CTR");
  if (crypto.kdf !== "scrypt" && crypto.kdf !== "pbkdf2") {
    throw new KeystoreMalformedError(path, "its key is derived neither by scrypt nor by PBKDF2");
  }
  const named = typeof file.address === "string" ? file.address.replace(/^0x/, "") : "";
  const address = /^[0-9a-fA-F]{40}$/.test(named) ? getAddress(`0x${named}`) : undefined;
  return { keystore: file as Keystore.Keystore, address };
}
