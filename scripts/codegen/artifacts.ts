import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Abi, AbiFunction } from "viem";
import { toFunctionSignature } from "viem";
import { BaseError } from "../../sdk/src/errors/base-error.ts";

/** What codegen knows of a contract. */
export interface Artifact {
  contractName: string;
  abi: Abi;
}

export class ArtifactMissingError extends BaseError {
  constructor(names: string[], folder: string) {
    super(`No artifact of ${names.join(", ")} under ${folder}.`, {
      next: "Run `npx hardhat build`; if a contract was renamed or removed, change scripts/codegen/contracts.ts.",
    });
  }
}

/**
 * The contracts, each from its artifacts anywhere under `folder`, in the order given.
 * @throws ArtifactMissingError naming all that are not there.
 */
export async function readArtifacts(
  folder: string,
  contracts: { readonly [contract: string]: readonly [string, ...string[]] },
): Promise<Artifact[]> {
  const paths = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const found = new Map(
    paths.filter((path) => path.endsWith(".json")).map((path) => [basename(path, ".json"), path]),
  );
  const missing = Object.values(contracts)
    .flat()
    .filter((name) => !found.has(name));
  if (missing.length > 0) throw new ArtifactMissingError(missing, folder);
  const artifacts: Artifact[] = [];
  for (const [contractName, sources] of Object.entries(contracts)) {
    const [first, ...others] = await Promise.all(
      sources.map(async (name) =>
        JSON.parse(await readFile(join(folder, found.get(name) as string), "utf8")),
      ),
    );
    const abi = unionOf(
      first.abi,
      others.map((other) => other.abi),
    );
    artifacts.push({ contractName, abi });
  }
  return artifacts;
}

/** An item's kind and signature, by which equal items of several ABIs are one. */
export function keyOf(item: Abi[number]): string {
  if (!("name" in item)) return item.type;
  const like = {
    type: "function",
    name: item.name,
    inputs: item.inputs ?? [],
    outputs: [],
    stateMutability: "view",
  };
  return `${item.type} ${toFunctionSignature(like as AbiFunction)}`;
}

/** All that a caller can see of several ABIs: of constructors and fallbacks only the first ABI's. */
function unionOf(first: Abi, others: Abi[]): Abi {
  const items = new Map(first.map((item) => [keyOf(item), item]));
  for (const item of others.flat()) {
    if ("name" in item && !items.has(keyOf(item))) items.set(keyOf(item), item);
  }
  return [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
