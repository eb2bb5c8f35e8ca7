import { isDouble, readArtifacts } from "./artifacts.ts";
import { type Check, report } from "./check.ts";

/** Bytes of deployed code: 10 % below Filecoin's limit. */
const LIMIT = 22_000;
/** EIP-170, which Filecoin's EVM keeps. */
const CHAIN_LIMIT = 24_576;

export const contractSize: Check = {
  name: `contract-size: at most ${LIMIT} bytes of deployed code (doubles: ${CHAIN_LIMIT})`,
  find: (root) =>
    readArtifacts(root).flatMap((artifact) => {
      const limit = isDouble(artifact) ? CHAIN_LIMIT : LIMIT;
      const size = artifact.deployedBytecode.length;
      if (size <= limit) return [];
      return [
        `${artifact.sourceName} (${artifact.contractName}): ${size} bytes, limit ${limit}. Move logic into an ` +
          "internal library that two contracts share, into a contract of its own, or to the caller",
      ];
    }),
};

if (import.meta.main) report(contractSize);
