/**
 * Compiles the piece hash's AssemblyScript into a TypeScript module: `node scripts/codegen/piece-hash-kernel.ts` after a
 * change of sdk/src/piece-hash/assembly. `--check` only compares: a test runs it, in a process of its own, since the compiler
 * keeps settings between compilations.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { BaseError } from "../../sdk/src/errors/base-error.ts";

const FOLDER = join(import.meta.dirname, "../../sdk/src/piece-hash");
const KERNEL_MODULE = join(FOLDER, "kernel-module.ts");

/** What `KERNEL_MODULE` should be. */
async function generateKernelModule(): Promise<string> {
  const source = await readFile(join(FOLDER, "assembly/kernel.ts"), "utf8");
  const options = { optimizeLevel: 3, noAssert: true, runtime: "stub", enable: ["simd"] };
  const { error, binary, stderr } = await asc.compileString(source, options);
  if (error !== null || binary === null) {
    throw new BaseError("The AssemblyScript compiler refused the kernel.", { details: stderr.toString() });
  }
  return `/** WebAssembly, from assembly/kernel.ts by scripts/codegen/piece-hash-kernel.ts. */
export const KERNEL_BASE64 =
  "${Buffer.from(binary).toString("base64")}";
`;
}

const generated = await generateKernelModule();
if (!process.argv.includes("--check")) await writeFile(KERNEL_MODULE, generated);
else if (generated !== (await readFile(KERNEL_MODULE, "utf8"))) {
  console.error("kernel-module.ts is stale: node scripts/codegen/piece-hash-kernel.ts");
  process.exitCode = 1;
}
