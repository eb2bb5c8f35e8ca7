import type { ActionClient } from "@holdfast/sdk";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { type Abi, type Address, encodeDeployData, type Hex } from "viem";
import { estimateFeesPerGas, estimateGas } from "viem/actions";
import { EVIDENCE, REGISTRY } from "./modules/deals.ts";

/** What would be sent, and what it costs as far as it can be tried. */
export interface PlannedTransaction {
  call: string;
  args: readonly unknown[];
  /** attoFIL at most; undefined for what rests on contracts that are not there yet. */
  fee?: bigint;
}

/** The five transactions of a new deployment. */
export async function estimateDeployment(
  client: ActionClient,
  { deployer, pay, artifacts }: { deployer: Address; pay: Address; artifacts: ArtifactManager },
): Promise<PlannedTransaction[]> {
  const { maxFeePerGas } = await estimateFeesPerGas(client);
  const create = async (contract: string, args: readonly unknown[]) => {
    const { abi, bytecode } = await artifacts.readArtifact(contract);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode as Hex, args });
    const gas = await estimateGas(client, { account: deployer, data });
    return { call: `deploy ${contract}`, args, fee: gas * maxFeePerGas };
  };
  const { freshness, grace, chainGap } = EVIDENCE;
  return [
    await create("ProviderRegistry", [REGISTRY]),
    await create("SectorEvidence", [freshness, grace, chainGap]),
    { call: "deploy StorageDeals", args: ["<ProviderRegistry>", "<SectorEvidence>", pay] },
    { call: "ProviderRegistry.bind", args: ["<StorageDeals>", "<SectorEvidence>"] },
    { call: "SectorEvidence.bind", args: ["<StorageDeals>", "<ProviderRegistry>"] },
  ];
}
