/**
 * Writes what the SDK takes from the contracts: ABIs and addresses into sdk/src/generated, TypeChain bindings into
 * sdk/src/ethers. `npm run codegen` writes, `npm run codegen -- --check` only says whether the files are fresh.
 */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { BaseError } from "../../sdk/src/errors/base-error.ts";
import { readArtifacts } from "./artifacts.ts";
import { generateBindings } from "./bindings.ts";
import { CONTRACTS } from "./contracts.ts";
import { readDependencies, readDeployments, united } from "./deployments.ts";
import { type Files, generate } from "./typescript.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIOME = join(ROOT, "node_modules/.bin/biome");
const FORMAT = ["format", "--indent-style=space", "--indent-width=2", "--line-width=110"];

try {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const artifacts = await readArtifacts(join(ROOT, "artifacts/contracts"), CONTRACTS);
  const deployments = await readDeployments(join(ROOT, "deploy/deployments"));
  const generated = generate(artifacts, united(await readDependencies(), deployments));
  for (const [name, source] of generated) generated.set(name, format(source));
  const targets: [string, Files][] = [
    [join(ROOT, "sdk/src/generated"), generated],
    [join(ROOT, "sdk/src/ethers"), await generateBindings(artifacts)],
  ];
  const stale = (await Promise.all(targets.map(([folder, files]) => staleFiles(folder, files)))).flat();
  if (values.check) report(stale);
  else for (const [folder, files] of targets) await replace(folder, files);
} catch (error) {
  console.error(error instanceof BaseError ? error.message : error);
  process.exitCode = 1;
}

function report(stale: string[]): void {
  if (stale.length === 0) return;
  console.error(
    `Generated files are stale:\n  ${stale.join("\n  ")}\nNext: npm run build, and commit what changes.`,
  );
  process.exitCode = 1;
}

/** Files that differ from what they should be, are missing, or should not be there. */
async function staleFiles(folder: string, files: Files): Promise<string[]> {
  const there = await filesIn(folder);
  const names = new Set([...there, ...files.keys()]);
  const stale: string[] = [];
  for (const name of [...names].sort()) {
    const current = there.includes(name) ? await readFile(join(folder, name), "utf8") : undefined;
    if (current !== files.get(name)) stale.push(relative(ROOT, join(folder, name)));
  }
  return stale;
}

async function replace(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, source] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), source);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Biome's formatting, under a name that no ignore list excludes. */
function format(source: string): string {
  const name = "--stdin-file-path=scripts/codegen/output.ts";
  const { status, stdout, stderr } = spawnSync(BIOME, [...FORMAT, name], {
    cwd: ROOT,
    input: source,
    encoding: "utf8",
  });
  if (status !== 0) throw new BaseError("Biome could not format a generated file.", { details: stderr });
  return stdout;
}
