import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTypeChain } from "typechain";
import type { Artifact } from "./artifacts.ts";
import type { Files } from "./typescript.ts";

/**
 * TypeChain's ethers v6 bindings of the same contracts. TypeChain reads and writes files: both in a temporary folder.
 * Its imports are made to name `.ts` files, which is what Node runs here. Without bytecode: bindings connect to what
 * Ignition deploys, and change only when an ABI does.
 */
export async function generateBindings(artifacts: Artifact[]): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-typechain-"));
  try {
    const paths: string[] = [];
    for (const artifact of artifacts) {
      const path = join(folder, `${artifact.contractName}.json`);
      await writeFile(path, JSON.stringify(artifact));
      paths.push(path);
    }
    const outDir = join(folder, "out");
    await runTypeChain({
      cwd: folder,
      filesToProcess: paths,
      allFiles: paths,
      outDir,
      target: "ethers-v6",
      flags: {
        alwaysGenerateOverloads: false,
        discriminateTypes: false,
        tsNocheck: true,
        environment: undefined,
        node16Modules: true,
      },
    });
    const files: Files = new Map();
    for (const path of (await readdir(outDir, { recursive: true })).sort()) {
      if (path.endsWith(".ts")) files.set(path, withTsImports(await readFile(join(outDir, path), "utf8")));
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withTsImports(source: string): string {
  const relativeImport = /((?:from|import)\s*\(?\s*["'])(\.[^"']*?)(\.js)?(["'])/g;
  return source.replace(relativeImport, (_, start, path, extension, quote) => {
    return `${start}${path}${extension === undefined ? "/index" : ""}.ts${quote}`;
  });
}
