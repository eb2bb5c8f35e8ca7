import { stripVTControlCharacters } from "node:util";
import { run } from "./run.ts";

/** What a runner said, and how it ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Counts of one runner, from its "N passing" and "N failing" lines (Hardhat and mocha alike). A runner that ran
 * nothing, or that ended badly without a failing test (a crash, a hook, a compiler error), counts as one failure.
 */
export function countsOf(output: string, exitCode: number | null): Counts {
  const plain = stripVTControlCharacters(output);
  const last = (word: string) =>
    Number([...plain.matchAll(new RegExp(`^ *(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
  const passed = last("passing");
  const failed = last("failing");
  const silentFailure = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: silentFailure ? 1 : failed };
}

/** Longer runs of the tests that draw at random. */
const DEEP = { HOLDFAST_MODEL_RUNS: "2000" };

async function main(args: string[]): Promise<void> {
  const profile = args.includes("--deep") ? "deep" : "default";
  const build = await run("hardhat", ["build"]);
  const total = { passed: 0, failed: build.exitCode === 0 ? 0 : 1 };
  const suites: [command: string, ...args: string[]][] =
    build.exitCode === 0
      ? [["hardhat", "test", "solidity", "--no-compile", "--test-profile", profile], ["mocha"]]
      : [];
  for (const [command, ...rest] of suites) {
    const { output, exitCode } = await run(command, rest, profile === "deep" ? DEEP : {});
    const { passed, failed } = countsOf(output, exitCode);
    if (passed === 0)
      console.log(`${[command, ...rest].join(" ")}: no test passed; a suite that runs nothing has failed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
