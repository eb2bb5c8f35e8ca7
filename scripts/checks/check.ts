import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A house rule that a machine can see broken. */
export interface Check {
  readonly name: string;
  /** Every breach in the repository at `root`, one line each: where, what, and what to do instead. */
  find(root: string): string[];
}

const NOT_OURS = ["**/node_modules/**", "**/generated/**", "sdk/src/ethers/**", "**/deployments/**"];

/** Paths below `root` that match `patterns`, sorted; neither packages nor generated files. */
export function filesIn(root: string, patterns: string[]): string[] {
  return globSync(patterns, { cwd: root, exclude: NOT_OURS }).sort();
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Runs the checks on the working directory, prints what they find, and sets the exit code. */
export function report(...checks: Check[]): void {
  let broken = 0;
  for (const check of checks) {
    const breaches = breachesOf(check);
    console.log(`${breaches.length === 0 ? "ok  " : "FAIL"} ${check.name}`);
    for (const breach of breaches) console.log(`     ${breach}`);
    if (breaches.length > 0) broken++;
  }
  if (broken > 0) process.exitCode = 1;
}

/** A check that cannot look has not passed. */
function breachesOf(check: Check): string[] {
  try {
    return check.find(process.cwd());
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
