/**
 * Compiles the guests' AssemblyScript to the WebAssembly beside it: `node scripts/codegen/guests.ts` after a change of
 * devnet/guests. `--check` only compares: a test runs it, in a process of its own, since the compiler keeps settings between
 * compilations.
 */
import { globSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import asc from "assemblyscript/asc";
import { BaseError } from "../../sdk/src/errors/base-error.ts";

const ROOT = join(import.meta.dirname, "../..");
const WASI = "node_modules/@assemblyscript/wasi-shim/asconfig.json";

/** Every guest's source, from the repository's root: `devnet/guests/<name>/<name>.ts`. */
const guestSources: readonly string[] = globSync("devnet/guests/**/*.ts", { cwd: ROOT })
  .filter((path) => basename(path, ".ts") === basename(dirname(path)))
  .sort();

function wasmOf(source: string): string {
  return join(ROOT, source.replace(/\.ts$/, ".wasm"));
}

/** What `wasmOf(source)` should hold. */
async function compileGuest(source: string): Promise<Uint8Array> {
  let compiled: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      ...[source, "--config", WASI, "--exportStart", "_start", "--outFile", "guest.wasm"],
      // With names: a node of Bacalhau loads no module without.
      ...["--debug", "--optimizeLevel", "3", "--shrinkLevel", "1", "--runtime", "incremental"],
    ],
    {
      readFile: (name, folder) => readFile(resolve(ROOT, folder, name), "utf8").catch(() => null),
      listFiles: async (name, folder) => {
        const files = await readdir(resolve(ROOT, folder, name));
        return files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
      },
      writeFile: (_name, contents) => {
        compiled = typeof contents === "string" ? Buffer.from(contents) : contents;
      },
    },
  );
  if (error !== null || compiled === undefined) {
    throw new BaseError(`The AssemblyScript compiler refused ${source}.`, { details: stderr.toString() });
  }
  return compiled;
}

for (const source of guestSources) {
  const compiled = await compileGuest(source);
  if (!process.argv.includes("--check")) await writeFile(wasmOf(source), compiled);
  else if (Buffer.compare(compiled, await readFile(wasmOf(source))) !== 0) {
    console.error(`${source} compiles to something else: node scripts/codegen/guests.ts`);
    process.exitCode = 1;
  }
}
