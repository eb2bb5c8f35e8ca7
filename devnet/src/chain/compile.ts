import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * Compiles what changed since the last time, in a process of its own: the compiler's memory goes with it, and what it
 * prints stays out of this process's output.
 * @throws Error with the compiler's messages
 */
export async function compileContracts(): Promise<void> {
  const hardhat = join(
    dirname(createRequire(import.meta.url).resolve("hardhat/package.json")),
    "dist/src/cli.js",
  );
  const args = [hardhat, "build", "--quiet", "--no-tests"];
  await promisify(execFile)(process.execPath, args, { cwd: PROJECT, maxBuffer: 64 << 20 });
}
