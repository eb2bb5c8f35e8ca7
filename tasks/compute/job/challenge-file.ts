import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { challengeCommitmentOf, randomSalt, type TaskRound } from "@holdfast/sdk";
import type { Address, Hex } from "viem";
import { FileUnusableError } from "../errors.ts";

/** Whose challenge, and of what. */
export type ChallengeOf = TaskRound & { challenger: Address };

/** What a challenger has to know between its two transactions: without the salt nothing can be named. */
export interface KeptChallenge {
  root: Hex;
  salt: Hex;
  commitment: Hex;
}

const DIGEST = /^0x[0-9a-f]{64}$/;

/** One file for each challenge, in a folder that git ignores. */
export function challengePath(
  root: string,
  { chainId, escrow, jobId, task, round, challenger }: ChallengeOf,
) {
  const name = [chainId, escrow, jobId, task, round, challenger].join("-").toLowerCase();
  return join(root, ".holdfast", "challenges", `${name}.txt`);
}

/** A challenge of a root, not kept yet. */
export function newChallenge(of: ChallengeOf, root: Hex): KeptChallenge {
  const salt = randomSalt();
  return { root, salt, commitment: challengeCommitmentOf({ ...of, root, salt }) };
}

/** What was kept, or undefined. @throws FileUnusableError */
export async function readChallenge(path: string, of: ChallengeOf): Promise<KeptChallenge | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const [root, salt, ...rest] = text.trimEnd().split(" ");
  if (DIGEST.test(root ?? "") && DIGEST.test(salt ?? "") && rest.length === 0) {
    const known = { root: root as Hex, salt: salt as Hex };
    return { ...known, commitment: challengeCommitmentOf({ ...of, ...known }) };
  }
  throw new FileUnusableError(`${path} holds no challenge.`, "Restore it: the salt stands in it alone");
}

/** Keeps a challenge before its first transaction is sent, readable by its owner alone; it is on the disk when this returns. */
export async function keepChallenge(path: string, { root, salt }: KeptChallenge): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${root} ${salt}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Forgets a challenge that is named. */
export async function forgetChallenge(path: string): Promise<void> {
  await rm(path, { force: true });
}
