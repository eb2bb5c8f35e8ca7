import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Abi } from "viem";
import { BaseError } from "../../sdk/src/errors/base-error.ts";

/** What codegen reads of a Hardhat artifact. */
export interface Artifact {
  contractName: string;
  path: string;
  abi: Abi;
}

export class ArtifactMissingError extends BaseError {
  constructor(names: string[], folder: string) {
    super(`No artifact of ${names.join(", ")} under ${folder}.`, {
      next: "Run `npx hardhat build`; if a contract was renamed or removed, change scripts/codegen/contracts.ts.",
    });
  }
}

/** The artifacts of these contracts, in this order, from anywhere under `folder`. @throws ArtifactMissingError */
export async function readArtifacts(folder: string, names: readonly string[]): Promise<Artifact[]> {
  const paths = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const found = new Map(
    paths.filter((path) => path.endsWith(".json")).map((path) => [basename(path, ".json"), path]),
  );
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) throw new ArtifactMissingError(missing, folder);
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, found.get(name) as string);
      const { abi } = JSON.parse(await readFile(path, "utf8")) as { abi: Abi };
      return { contractName: name, path, abi };
    }),
  );
}
