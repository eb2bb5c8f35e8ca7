import type { GuestFailure, GuestOutcome, GuestResult } from "./guest-run.ts";
import { type RunGuestOptions, runOutcome } from "./run-guest.ts";

/** What an arbiter makes of three runs of one task. */
export type Ruling =
  | { verdict: "DETERMINISTIC"; result: GuestResult }
  /** Its result depends on more than its inputs: `differences` are paths, `stdout`, `exit` or how a run failed. */
  | { verdict: "NONDETERMINISTIC"; differences: string[] }
  /** It does not come to its end within the limits, which may be the limits' fault. */
  | { verdict: "INCOMPLETE"; reason: string };

const DAY = 86_400_000_000_000n;

/**
 * Runs a guest three times with all changed that must not matter: ids and number of variables in the environment, clock,
 * times of files, order of directories, random bytes. What it prints to standard error is no part of its result.
 */
export async function runThrice(options: Omit<RunGuestOptions, "surroundings">): Promise<Ruling> {
  const outcomes: GuestOutcome[] = [];
  for (const run of [1, 2, 3]) {
    const outcome = await runOutcome({ ...options, ...changed(options, run) });
    if ("failure" in outcome && outcome.limit) return { verdict: "INCOMPLETE", reason: outcome.failure };
    outcomes.push(outcome);
  }
  return rule(outcomes);
}

function changed({ env }: Pick<RunGuestOptions, "env">, run: number): Partial<RunGuestOptions> {
  const ids = Object.fromEntries(Array.from({ length: run }, (_, index) => [`RUN_${index}`, `${run}`]));
  return {
    env: {
      ...env,
      BACALHAU_EXECUTION_ID: `e-${run}`,
      BACALHAU_JOB_ID: `j-${run}`,
      ...ids,
    },
    surroundings: {
      clockStart: 1_640_995_200_000_000_000n + BigInt(run) * DAY,
      fileTime: BigInt(run) * DAY,
      order: run === 2 ? "descending" : "ascending",
      randomSeed: `${run}`,
    },
  };
}

/** Compares what runs came to. Any limit that one of them met makes the others worth nothing. */
export function rule(outcomes: readonly GuestOutcome[]): Ruling {
  const failures = outcomes.filter((outcome): outcome is GuestFailure => "failure" in outcome);
  const limit = failures.find((failure) => failure.limit);
  if (limit !== undefined) return { verdict: "INCOMPLETE", reason: limit.failure };
  const results = outcomes.flatMap((outcome) => ("result" in outcome ? [outcome.result] : []));
  if (results.length === 0) return { verdict: "INCOMPLETE", reason: failures[0]?.failure ?? "not run" };
  const differences = new Set(failures.map(({ failure }) => failure));
  const [first, ...others] = results;
  for (const other of others) for (const path of differencesOf(first!, other)) differences.add(path);
  return differences.size === 0
    ? { verdict: "DETERMINISTIC", result: first! }
    : { verdict: "NONDETERMINISTIC", differences: [...differences] };
}

function differencesOf(a: GuestResult, b: GuestResult): string[] {
  const [left, right] = [partsOf(a), partsOf(b)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((part) => {
    const [mine, theirs] = [left.get(part), right.get(part)];
    return mine === undefined || theirs === undefined || Buffer.compare(mine, theirs) !== 0;
  });
}

/** What a result is compared by. -1 and 0 both say success. */
function partsOf({ exit, files, stdout }: GuestResult): Map<string, Uint8Array> {
  return new Map<string, Uint8Array>([
    ["exit", Buffer.from(`${Math.max(exit, 0)}`)],
    ["stdout", stdout],
    ...files.map(({ path, bytes }) => [path, bytes] as const),
  ]);
}
