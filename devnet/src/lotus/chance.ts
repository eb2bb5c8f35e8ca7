import { keccak256, stringToBytes } from "viem";

/** What all randomness of a devnet follows from: the same seed and the same requests give the same chain. */
export type Seed = number | string;

/**
 * A number in [0, 1), a function of the seed and of what it is asked about, and of nothing else: whoever asks in
 * another order gets the same answers.
 */
export function chance(seed: Seed, ...about: readonly (string | number | bigint)[]): number {
  const digest = keccak256(stringToBytes([seed, ...about].join(":")));
  return Number(BigInt(digest.slice(0, 2 + 13))) / 2 ** 52;
}

/** One of `choices`, by chance. */
export function choose<T>(choices: readonly T[], seed: Seed, ...about: readonly (string | number)[]): T {
  return choices[Math.floor(chance(seed, ...about) * choices.length)] as T;
}
