import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/** Compiles what changed; with `anew` everything that a deployment consists of, whatever the cache says. */
export async function buildQuietly(hre: HardhatRuntimeEnvironment, { anew = false } = {}): Promise<void> {
  const files = [
    ...["contracts/deals/StorageDeals.sol", "contracts/deals/DealLifecycle.sol"],
    ...["contracts/providers/ProviderRegistry.sol", "contracts/evidence/SectorEvidence.sol"],
  ];
  await hre.tasks
    .getTask("build")
    .run({ quiet: true, noTests: true, ...(anew ? { force: true, files } : {}) });
}
