import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { build } from "esbuild";
import { toFunctionSelector } from "viem";
import { buildPackages, describe as describePackage, type Packed } from "../../scripts/build-packages.ts";
import { hashPiece, quoteDeal } from "../../sdk/src/index.ts";
import { startLockedRegistry } from "./packages/registry.ts";

const ROOT = join(import.meta.dirname, "../..");
const CONSUMERS = join(import.meta.dirname, "packages/consumers");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const execute = promisify(execFile);

/** As strict as TypeScript gets, declarations of packages included. */
const STRICT = {
  ...{ target: "es2022", strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ verbatimModuleSyntax: true, isolatedModules: true, skipLibCheck: false },
};

describe("the packages, as npm pack makes them and an empty project installs them", function () {
  this.timeout(300_000);
  let folder: string;
  let project: string;
  let packages: Packed[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-packed-"));
    project = await mkdtemp(join(tmpdir(), "holdfast-consumer-"));
    packages = await buildPackages(folder);
    for (const packed of packages) console.log(`    ${describePackage(packed)}`);
    await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
    await using registry = await startLockedRegistry();
    const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"];
    const tarballs = packages.map(({ tarball }) => tarball);
    await execute(
      "npm",
      ["install", ...quiet, "--registry", registry.url, ...tarballs, "ethers", "@types/node"],
      {
        cwd: project,
        env: { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
      },
    );
    await cp(CONSUMERS, project, { recursive: true });
  });

  after(async () => {
    for (const made of [folder, project]) await rm(made, { recursive: true, force: true });
  });

  /** What tsc says to a program in the project: nothing, hopefully. */
  async function typecheck(file: string, options: object): Promise<string> {
    const config = join(project, `tsconfig.${file}.json`);
    const compilerOptions = { ...STRICT, ...options, outDir: "built", rootDir: "." };
    await writeFile(config, JSON.stringify({ compilerOptions, files: [file] }));
    const wrong = await execute(process.execPath, [TSC, "-p", config]).catch((error) => error);
    return wrong.stdout;
  }

  async function runs(file: string): Promise<Record<string, unknown>> {
    const { stdout } = await execute(process.execPath, [join(project, "built", file)], { cwd: project });
    return JSON.parse(stdout);
  }

  it("hold JavaScript and declarations, or interfaces, and neither sources nor tests", () => {
    const [sdk, contracts] = packages as [Packed, Packed];
    expect(sdk.files.filter((path) => /\.test\.|(?<!\.d)\.ts$/.test(path))).to.deep.equal([]);
    expect(sdk.files).to.include.members(["README.md", "LICENSE-MIT", "dist/index.js", "dist/index.d.ts"]);
    const solidity = contracts.files.filter((path) => path.endsWith(".sol"));
    expect(solidity).to.include.members(["deals/IStorageDeals.sol", "fvm/Epoch.sol"]);
    const types = ["fvm/ActorId.sol", "fvm/Epoch.sol", "fvm/PieceCid.sol"];
    const others = solidity.filter((path) => !/\/I[A-Z]\w+\.sol$/.test(path));
    expect(others).to.have.members(types);
    expect(solidity.filter((path) => path.startsWith("mocks/"))).to.deep.equal([]);
  });

  it("typecheck and run with viem, on Node", async () => {
    expect(await typecheck("with-viem.ts", { module: "nodenext", types: ["node"] })).to.equal("");
    const { calldata, next, ...said } = await runs("with-viem.js");
    expect(said).to.include({ same: true, reads: "function" });
    expect(said.piece).to.match(/^bafkzcib/);
    expect(calldata).to.match(/^0x[0-9a-f]{8}/);
    expect(next).to.contain("the receipt of the right transaction");
  });

  it("typecheck and run with ethers v6, by @holdfast/sdk/ethers", async () => {
    expect(await typecheck("with-ethers.ts", { module: "nodenext", types: ["node"] })).to.equal("");
    const selector = toFunctionSelector("settle(uint256)");
    expect(await runs("with-ethers.js")).to.deep.equal({
      ...{ data: `${selector}${"7".padStart(64, "0")}`, error: "DealUnknown", deal: "7" },
    });
  });

  it("typecheck what docs/sdk.md shows", async () => {
    const markdown = await readFile(join(ROOT, "docs/sdk.md"), "utf8");
    const blocks = [...markdown.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block!);
    expect(blocks).to.have.length.greaterThan(3);
    const names = blocks.map((_, index) => `shown-${index}.ts`);
    await Promise.all(names.map((name, index) => writeFile(join(project, name), blocks[index]!)));
    await writeFile(
      join(project, "shown.ts"),
      names.map((name) => `import "./${name.replace(".ts", ".js")}";`).join("\n"),
    );
    expect(await typecheck("shown.ts", { module: "nodenext", types: ["node"] })).to.equal("");
  });

  it("typecheck for a browser's bundler, and make a bundle without Node that runs without Node", async () => {
    const browser = {
      module: "esnext",
      moduleResolution: "bundler",
      lib: ["es2022", "esnext.disposable", "dom", "dom.iterable"],
      types: [],
    };
    expect(await typecheck("in-browser.ts", browser)).to.equal("");
    const { outputFiles, warnings } = await build({
      ...{ entryPoints: [join(project, "in-browser.ts")], absWorkingDir: project },
      ...{ bundle: true, platform: "browser", format: "esm", minify: true, write: false },
      // Node, for which the page does not ask, shall not help it.
      banner: { js: "const process = undefined, Buffer = undefined, setImmediate = undefined;" },
    });
    expect(warnings).to.deep.equal([]);
    const text = outputFiles[0]!.text;
    expect(text).to.not.contain("node:");
    console.log(
      `    a page that hashes, quotes and proposes: ${(text.length / 1024).toFixed(0)} KiB of JavaScript`,
    );
    await mkdir(join(project, "built"), { recursive: true });
    await writeFile(join(project, "built/page.mjs"), text);

    const piece = hashPiece(new Uint8Array(5_000).fill(7));
    const terms = { ratePerTib: 10n ** 15n, bondPerTib: 10n ** 18n, notice: 86_400 };
    const fees = { exitFeeEpochs: 20_160, reservationFeeEpochs: 2_880 };
    const { funds } = quoteDeal({
      ...{ terms: { ...terms, ...fees }, pieces: [piece], sealingWindow: 20_160n, duration: 518_400n },
    });
    expect(await runs("page.mjs")).to.deep.equal({
      ...{ piece: `${piece.cid}`, funds: `${funds}`, calls: "propose", miner: "t01000" },
    });
  });

  it("compile a contract that builds on the interfaces: the README's, and the repository's example", async () => {
    const read = (path: string) => readFile(join(ROOT, path), "utf8");
    const [, snippet] = /```solidity\n([\s\S]*?)```/.exec(await read("contracts/README.md"))!;
    const example = await read("examples/ReplicationBounty.sol");
    const sources: Record<string, { content: string }> = {
      "OnlyWhileStored.sol": { content: `pragma solidity ^0.8.30;\n${snippet}` },
      "ReplicationBounty.sol": { content: example.replaceAll('"../contracts/', '"@holdfast/contracts/') },
    };
    const installed = join(project, "node_modules");
    for await (const path of glob("@holdfast/contracts/**/*.sol", { cwd: installed })) {
      sources[path] = { content: await readFile(join(installed, path), "utf8") };
    }
    const { contracts, errors } = await compile(sources, installed);
    expect(errors).to.deep.equal([]);
    for (const [file, name] of [
      ["ReplicationBounty.sol", "ReplicationBounty"],
      ["@holdfast/contracts/deals/IStorageDeals.sol", "IStorageDeals"],
    ] as const) {
      expect(contracts[file]?.[name]?.abi, name).to.have.length.greaterThan(5);
    }
    expect(contracts["ReplicationBounty.sol"]?.ReplicationBounty?.evm.bytecode.object).to.match(
      /^6[0-9a-f]+/,
    );
  });
});

interface Compiled {
  errors: string[];
  contracts: Record<string, Record<string, { abi: object[]; evm: { bytecode: { object: string } } }>>;
}

/** Compiles with npm's solc; imports are looked up in `modules`. */
async function compile(sources: object, modules: string): Promise<Compiled> {
  const solc = createRequire(import.meta.url)("solc") as {
    compile(input: string, callbacks: object): string;
  };
  const { readFileSync } = await import("node:fs");
  const settings = {
    evmVersion: "cancun",
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: "Solidity", sources, settings }), {
      import: (path: string) => ({ contents: readFileSync(join(modules, path), "utf8") }),
    }),
  );
  const errors = (output.errors ?? []) as { severity: string; formattedMessage: string }[];
  return {
    errors: errors
      .filter(({ severity }) => severity === "error")
      .map(({ formattedMessage }) => formattedMessage),
    contracts: output.contracts ?? {},
  };
}
