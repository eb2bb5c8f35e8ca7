import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Abi, AbiFunction } from "viem";
import { formatAbiItem, formatAbiParams, toEventSelector, toFunctionSelector } from "viem/utils";
import { type Artifact, isDouble, readArtifacts } from "./checks/artifacts.ts";
import { filesIn } from "./checks/check.ts";

const FOLDER = "snapshots";
/** Percent that gas may drift without a new snapshot. */
const GAS_TOLERANCE = 2;

/** Contract or entry point -> what was measured of it. */
export type Snapshot = Record<string, number | readonly string[]>;

/** Deployed bytes of each contract that can be deployed, libraries that are only inlined left out. */
export function bytecodeSizes(artifacts: readonly Artifact[]): Snapshot {
  return Object.fromEntries(
    deployable(artifacts).map((each) => [each.contractName, each.deployedBytecode.length]),
  );
}

/** Each contract's functions and errors with their selectors and events with their topics. */
export function abis(artifacts: readonly Artifact[]): Snapshot {
  return Object.fromEntries(
    deployable(artifacts).map((each) => [each.contractName, signaturesOf(each.abi as Abi)]),
  );
}

function deployable(artifacts: readonly Artifact[]): Artifact[] {
  return artifacts
    .filter((each) => !isDouble(each) && each.deployedBytecode.length > 0)
    .filter(({ abi }) => abi.some(({ type }) => type === "function"))
    .sort((a, b) => (a.contractName < b.contractName ? -1 : 1));
}

function signaturesOf(abi: Abi): string[] {
  return abi
    .map((item) => {
      const named = "inputs" in item ? `(${formatAbiParams(item.inputs, { includeName: true })})` : "()";
      if (item.type === "event") {
        const indexed = item.inputs.filter((input) => input.indexed).map(({ name }) => name);
        return `event ${item.name}${named} indexed (${indexed.join(", ")}) ${toEventSelector(item)}`;
      }
      if (item.type === "error") return `error ${item.name}${named} ${selectorOf(item)}`;
      if (item.type !== "function") return `${item.type}${named} ${item.stateMutability}`;
      const returned = formatAbiParams(item.outputs, { includeName: true });
      return `function ${item.name}${named} ${item.stateMutability} returns (${returned}) ${selectorOf(item)}`;
    })
    .sort();
}

function selectorOf(item: Abi[number]): string {
  return toFunctionSelector(formatAbiItem({ ...item, type: "function" } as AbiFunction));
}

/** Runs the tests of test/contracts/gas and returns what they measured, by group (Vm.sol, snapshotGasLastCall). */
export async function gasGroups(root: string): Promise<Record<string, Record<string, number>>> {
  const testFiles = filesIn(root, ["test/contracts/gas/*.t.sol"]);
  const { default: hre } = await import("hardhat");
  const task = hre.tasks.getTask(["test", "solidity"]);
  const result = (await task.run({ testFiles, noCompile: true, testProfile: "gas" })) as GasRun;
  if (!result.success)
    throw new Error("a test of test/contracts/gas failed: run npm test, then npm run snapshots");
  const groups: Record<string, [string, number][]> = {};
  for (const { testResults } of result.value.suiteResults) {
    for (const { name, entries } of testResults.flatMap((test) => test.valueSnapshotGroups ?? [])) {
      groups[name] = (groups[name] ?? []).concat(entries.map((entry) => [entry.name, Number(entry.value)]));
    }
  }
  return Object.fromEntries(
    Object.entries(groups).map(([name, entries]) => [name, Object.fromEntries(entries.sort())]),
  );
}

/** What goes into the snapshot: the group "gas". */
async function gas(root: string): Promise<Snapshot> {
  return (await gasGroups(root)).gas ?? {};
}

/** The part of Hardhat's result that its types leave out. */
interface GasRun {
  readonly success: boolean;
  readonly value: {
    suiteResults: {
      testResults: { valueSnapshotGroups?: { name: string; entries: { name: string; value: string }[] }[] }[];
    }[];
  };
}

/** How `measured` differs from `recorded`: numbers by more than `tolerance` percent, lists at all. One line each. */
export function differences(recorded: Snapshot, measured: Snapshot, tolerance: number): string[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(measured)])].sort().flatMap((name) => {
    const [before, now] = [recorded[name], measured[name]];
    if (before === undefined) return [typeof now === "number" ? `${name}: new, ${now}` : `${name}: new`];
    if (now === undefined) return [`${name}: gone`];
    if (typeof before === "number" && typeof now === "number") {
      if (Math.abs(now - before) * 100 <= tolerance * before) return [];
      return [`${name}: ${before} -> ${now} (${(((now - before) * 100) / before).toFixed(1)} %)`];
    }
    const [old, fresh] = [before, now].map((value) => (typeof value === "number" ? [] : value)) as [
      string[],
      string[],
    ];
    return [
      ...old.filter((line) => !fresh.includes(line)).map((line) => `${name}: - ${line}`),
      ...fresh.filter((line) => !old.includes(line)).map((line) => `${name}: + ${line}`),
    ];
  });
}

async function main(checkOnly: boolean): Promise<void> {
  const root = process.cwd();
  const artifacts = readArtifacts(root);
  const measured: [file: string, snapshot: Snapshot, tolerance: number][] = [
    ["bytecode-size.json", bytecodeSizes(artifacts), 0],
    ["abi.json", abis(artifacts), 0],
    ["gas.json", await gas(root), GAS_TOLERANCE],
  ];
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, snapshot, tolerance] of measured) {
    const path = join(FOLDER, file);
    const recorded: Snapshot = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    const changes = differences(recorded, snapshot, tolerance);
    console.log(`${path}: ${Object.keys(snapshot).length} entries, ${changes.length} changes`);
    for (const change of changes) console.log(`  ${change}`);
    if (!checkOnly) writeFileSync(path, `${JSON.stringify(snapshot, null, 2)}\n`);
    if (checkOnly && changes.length > 0) {
      console.log(`  FAIL: if that is meant, run npm run snapshots and commit ${path}`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
