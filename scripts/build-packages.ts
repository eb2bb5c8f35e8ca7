/**
 * `npm run pack [-- <folder>]`: the packages that other projects install, as `npm pack` makes them: `@holdfast/sdk`
 * compiled to JavaScript with declarations, and the interfaces of `@holdfast/contracts`. Default folder: `out/packages`.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"];
const run = promisify(execFile);

/** A packed package. Sizes in bytes. */
export interface Packed {
  name: string;
  version: string;
  tarball: string;
  packedSize: number;
  unpackedSize: number;
  /** Paths in the package. */
  files: string[];
}

interface Manifest {
  exports: Record<string, string>;
  [field: string]: unknown;
}

/** Packs both packages into `folder`. */
export async function buildPackages(folder: string): Promise<Packed[]> {
  const staging = await mkdtemp(join(tmpdir(), "holdfast-packages-"));
  try {
    const folders = [join(staging, "sdk"), join(staging, "contracts")] as const;
    await mkdir(folder, { recursive: true });
    await Promise.all([stageSdk(folders[0]), stageContracts(folders[1])]);
    return await Promise.all(folders.map((staged) => npmPack(staged, folder)));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Node strips no types under node_modules, so what is packed is compiled, and what is no TypeScript comes along. */
async function stageSdk(staged: string): Promise<void> {
  const source = join(ROOT, "sdk");
  await run(process.execPath, [
    ...[join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(source, "tsconfig.build.json")],
    ...["--outDir", join(staged, "dist")],
  ]).catch((error: { stdout?: string }) => {
    throw new Error(`sdk does not compile:\n${error.stdout}`, { cause: error });
  });
  await cp(join(source, "src"), join(staged, "dist"), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
  const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as Manifest;
  await writeFile(join(staged, "package.json"), JSON.stringify(packedManifest(manifest), null, 2));
  await addDocuments(staged, "docs/sdk.md");
}

/** The SDK's manifest with exports of what was compiled in place of sources. */
export function packedManifest({ private: _, exports, ...manifest }: Manifest): object {
  const compiled = Object.entries(exports).map(([entry, source]) => {
    const path = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
    return [entry, path.endsWith("/*") ? path : { types: `${path}.d.ts`, default: `${path}.js` }] as const;
  });
  return {
    ...manifest,
    files: ["dist", ...LICENSES],
    sideEffects: false,
    exports: Object.fromEntries(compiled),
  };
}

/** The manifest's `files` say what of the folder is the package: the interfaces, and what they import. */
async function stageContracts(staged: string): Promise<void> {
  await cp(join(ROOT, "contracts"), staged, { recursive: true });
  await addDocuments(staged, "contracts/README.md");
}

async function addDocuments(staged: string, readme: string): Promise<void> {
  await cp(join(ROOT, readme), join(staged, "README.md"));
  for (const license of LICENSES) await cp(join(ROOT, license), join(staged, license));
}

async function npmPack(staged: string, folder: string): Promise<Packed> {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: staged,
  });
  const [report] = JSON.parse(stdout);
  return {
    ...{ name: report.name, version: report.version, tarball: join(folder, basename(report.filename)) },
    ...{ packedSize: report.size, unpackedSize: report.unpackedSize },
    files: report.files.map(({ path }: { path: string }) => path),
  };
}

/** One line a package, for people. */
export function describe({ name, version, packedSize, unpackedSize, files }: Packed): string {
  const [packed, unpacked] = [packedSize, unpackedSize].map((size) => `${(size / 1024).toFixed(0)} KiB`);
  return `${name}@${version}: ${packed} packed, ${unpacked} unpacked, ${files.length} files`;
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const folder = resolve(positionals[0] ?? join(ROOT, "out/packages"));
  for (const packed of await buildPackages(folder)) console.log(`${describe(packed)}\n  ${packed.tarball}`);
}
