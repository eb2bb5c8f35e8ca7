import type { Seed } from "./chance.ts";

/**
 * Runs the same with each seed; a failure names its seed. With HOLDFAST_SEED in the environment only that one runs.
 * @throws Error with what failed, and how to have it happen again
 */
export async function withSeeds(seeds: readonly Seed[], run: (seed: Seed) => Promise<void>): Promise<void> {
  const only = process.env.HOLDFAST_SEED;
  for (const seed of only === undefined ? seeds : [only]) {
    try {
      await run(seed);
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`seed ${seed}: ${what}\nAgain: HOLDFAST_SEED=${seed} and the same command.`, { cause });
    }
  }
}
