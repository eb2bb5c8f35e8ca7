import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Check } from "./check.ts";

/** What `check` finds in a repository that consists of `files` (path to text) alone. */
export function findIn(check: Check, files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), "holdfast-check-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return check.find(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A repository with one contract of this deployed bytecode (hex, no 0x). */
export function artifactOf(deployedBytecode: string, folder = "deals"): Record<string, string> {
  const sourceName = `contracts/${folder}/Sample.sol`;
  const artifact = {
    contractName: "Sample",
    sourceName,
    abi: [],
    deployedBytecode: `0x${deployedBytecode}`,
    buildInfoId: "build",
  };
  return { [`artifacts/${sourceName}/Sample.json`]: JSON.stringify(artifact) };
}
