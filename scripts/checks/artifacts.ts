import { existsSync } from "node:fs";
import { join } from "node:path";
import { filesIn, read } from "./check.ts";

/** What Hardhat wrote about one contract of `contracts/`. */
export interface Artifact {
  readonly contractName: string;
  /** Source file, as in contracts/deals/StorageDeals.sol. */
  readonly sourceName: string;
  readonly abi: readonly AbiItem[];
  readonly deployedBytecode: Uint8Array;
  readonly buildInfoId: string;
}

export interface AbiItem {
  readonly type: string;
  readonly name?: string;
}

/** Doubles of what others deploy: never on Filecoin, so its limits are not theirs. */
export function isDouble(artifact: Artifact): boolean {
  return artifact.sourceName.startsWith("contracts/mocks/");
}

/** The artifacts of all that is in `contracts/`, from the last `npm run build`. */
export function readArtifacts(root: string): Artifact[] {
  if (!existsSync(join(root, "artifacts/contracts"))) {
    throw new Error(
      "artifacts/contracts does not exist: the bytecode is checked after a build; run npm run build",
    );
  }
  return filesIn(root, ["artifacts/contracts/**/*.json"]).map((path) => {
    const { contractName, sourceName, abi, deployedBytecode, buildInfoId } = JSON.parse(read(root, path));
    return { contractName, sourceName, abi, deployedBytecode: bytesOf(deployedBytecode), buildInfoId };
  });
}

/** The address of a library that is linked later stands as __$…$__: 20 bytes, here zero. */
function bytesOf(bytecode: string): Uint8Array {
  return Uint8Array.from(
    Buffer.from(bytecode.slice(2).replace(/__\$[0-9a-fA-F]{34}\$__/g, "0".repeat(40)), "hex"),
  );
}
