import { type Abi, getAddress } from "viem";
import { type Artifact, keyOf } from "./artifacts.ts";

const NOTICE = "// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.\n\n";

/** Generated files by name, not yet formatted. */
export type Files = Map<string, string>;

/** Deployed contracts: chain id -> contract name -> address. */
export type Deployments = Map<number, Map<string, string>>;

/** One file an ABI, one that exports them all with every error of theirs, and one of addresses. */
export function generate(artifacts: Artifact[], deployments: Deployments): Files {
  const files: Files = new Map();
  for (const artifact of artifacts) {
    const body = `export const ${abiName(artifact)} = ${JSON.stringify(artifact.abi)} as const;\n`;
    files.set(`${fileName(artifact)}.ts`, NOTICE + body);
  }
  const exported = artifacts.map(
    (artifact) => `export { ${abiName(artifact)} } from "./${fileName(artifact)}.ts";\n`,
  );
  const errors = `/** Every error of the contracts above, to decode what one of them passes on from another. */
export const errorsAbi = ${JSON.stringify(errorsOf(artifacts))} as const;\n`;
  files.set("abis.ts", `${NOTICE}${exported.join("")}\n${errors}`);
  files.set("addresses.ts", NOTICE + addresses(deployments));
  return files;
}

function addresses(deployments: Deployments): string {
  const chains = [...deployments].sort(([a], [b]) => a - b);
  const lines = chains.map(([chainId, contracts]) => {
    const sorted = [...contracts].sort(([a], [b]) => (a < b ? -1 : 1));
    return `${chainId}: { ${sorted.map(([name, address]) => `${name}: "${getAddress(address)}"`).join(", ")} },`;
  });
  return `import type { Address } from "viem";

/** What is deployed where: chain id, contract, address. */
export const addresses: { [chainId: number]: { [contract: string]: Address } } = {${lines.join("\n")}};\n`;
}

function errorsOf(artifacts: Artifact[]): Abi {
  const errors = artifacts.flatMap(({ abi }) => abi.filter((item) => item.type === "error"));
  const byKey = new Map(errors.map((error) => [keyOf(error), error]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, error]) => error);
}

function abiName({ contractName }: Artifact): string {
  return `${contractName[0]?.toLowerCase()}${contractName.slice(1)}Abi`;
}

function fileName({ contractName }: Artifact): string {
  return `abi-${contractName.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()}`;
}
