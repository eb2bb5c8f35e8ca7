import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { type CurioSigner, delegatedSigner, filecoin } from "@holdfast/sdk";
import { KeystoreError, readKeystore } from "@holdfast/sdk/node";
import { privateKeyToAccount } from "viem/accounts";
import type { DaemonConfig } from "../config.ts";
import { hideKey, type Redactor } from "../runtime/redactor.ts";
import type { Signer } from "../runtime/signer.ts";
import { EXIT, StopError } from "../runtime/stop-error.ts";
import { askPassword } from "./ask-password.ts";

/** The client's key, for the chain and for providers. */
export interface Key {
  signer: Signer;
  curio: CurioSigner;
}

/** Which flags a command was given for the key. */
export interface KeyFlags {
  passwordFd?: number | undefined;
  insecureDev?: boolean | undefined;
}

/** The key cannot be used. */
export class KeyError extends StopError {
  constructor(what: string, next: string, cause?: unknown) {
    super(EXIT.config, what, next, cause);
  }
}

/**
 * Unlocks the keystore file that the configuration names; its password comes from a file descriptor, a file, or the
 * terminal. A bare key from the environment is for devnets, and has to be asked for.
 * @throws KeyError
 */
export async function openKey(
  {
    key: { keystore, passwordFile },
    insecureKey,
    chain,
  }: Pick<DaemonConfig, "key" | "insecureKey" | "chain">,
  { passwordFd, insecureDev = false }: KeyFlags,
  redactor: Redactor,
): Promise<Key> {
  if (insecureKey !== undefined) hideKey(redactor, insecureKey);
  if (insecureDev && chain.id === filecoin.id) {
    throw new KeyError(
      "--insecure-dev is not for mainnet (chain 314): a bare key in the environment is no place for real money.",
      "keep the key in a keystore file (key.keystore), and leave the flag out.",
    );
  }
  if (insecureKey !== undefined) {
    if (!insecureDev) {
      const next = "keep the key in a keystore file (key.keystore), or pass --insecure-dev on a devnet.";
      throw new KeyError("HOLDFAST_WATCH_INSECURE_KEY holds a bare private key.", next);
    }
    return keyOf(insecureKey);
  }
  if (keystore === undefined) {
    throw new KeyError(
      "No key is configured.",
      "name a keystore file: key.keystore or HOLDFAST_WATCH_KEYSTORE.",
    );
  }
  const password = await readPassword(keystore, passwordFile, passwordFd);
  redactor.hide(password);
  try {
    const { privateKey } = await readKeystore(keystore, password);
    hideKey(redactor, privateKey);
    return keyOf(privateKey);
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    throw new KeyError(error.shortMessage, error.next ?? "look at the file.", error);
  }
}

function keyOf(privateKey: `0x${string}`): Key {
  return { signer: privateKeyToAccount(privateKey), curio: delegatedSigner(privateKey) };
}

async function readPassword(
  keystore: string,
  file: string | undefined,
  fd: number | undefined,
): Promise<string> {
  if (fd !== undefined) return firstLine(readOrThrow(fd, `--password-fd ${fd}`));
  if (file !== undefined) return readSecretFile(file, "The password file");
  const password = await askPassword(`Password of ${keystore}: `);
  if (password !== undefined) return password;
  const next =
    "give key.passwordFile, HOLDFAST_WATCH_PASSWORD_FILE or --password-fd, or start it in a terminal.";
  throw new KeyError(`There is nobody to ask for the password of ${keystore}.`, next);
}

/** The first line of a file that only its owner may read. @throws KeyError */
export function readSecretFile(path: string, what: string): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    throw new KeyError(
      `${what} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      "check the path.",
    );
  }
  try {
    const mode = fstatSync(fd).mode & 0o777;
    // Windows has no such bits.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new KeyError(
        `${what} ${path} has mode 0${mode.toString(8)}: others may read it.`,
        `chmod 600 ${path}`,
      );
    }
    return firstLine(readOrThrow(fd, path));
  } finally {
    closeSync(fd);
  }
}

function readOrThrow(fd: number, what: string): string {
  try {
    return readFileSync(fd, "utf8");
  } catch (cause) {
    throw new KeyError(
      `${what} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      "check what was passed.",
    );
  }
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] as string).replace(/\r$/, "");
}
