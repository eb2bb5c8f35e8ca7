import type { ActionClient } from "@holdfast/sdk";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { type Abi, type Address, encodeDeployData, type Hex } from "viem";
import { estimateFeesPerGas, estimateGas } from "viem/actions";
import { COMPUTE } from "./modules/compute.ts";
import { EVIDENCE, REGISTRY } from "./modules/deals.ts";

/** What would be sent, and what it costs at most. */
export interface PlannedTransaction {
  call: string;
  args: readonly unknown[];
  /** attoFIL. */
  fee: bigint;
  /** Whether the fee is assumed: the call rests on contracts that are not there yet, and cannot be tried. */
  assumed: boolean;
}

/** The transactions of a deployment, as Ignition names them. */
export const TRANSACTIONS = [
  "Deals#ProviderRegistry",
  "Deals#SectorEvidence",
  "Deals#StorageDeals",
  "Deals#bindRegistry",
  "Deals#bindEvidence",
  "Compute#ComputeRegistry",
  "Compute#ComputeEscrow",
  "Compute#SingleArbiter",
  "Compute#bindComputeRegistry",
] as const;

/** Two new slots, an event and an empty call take 10 million on Filecoin: twice that. */
const BIND_GAS = 20_000_000n;

/** What a deployment has yet to send: its nine transactions, less those that are done. */
export async function estimateDeployment(
  client: ActionClient,
  options: { deployer: Address; pay: Address; artifacts: ArtifactManager; done: ReadonlySet<string> },
): Promise<PlannedTransaction[]> {
  const { deployer, pay, artifacts, done } = options;
  const { maxFeePerGas } = await estimateFeesPerGas(client);
  const bytecodeOf = async (contract: string) => (await artifacts.readArtifact(contract)).bytecode as Hex;
  /** Contracts that are not there yet have a name in `shown`, and in `args` what does as well: anything with code. */
  const create = async (contract: string, args: readonly unknown[], shown = args) => {
    const { abi } = await artifacts.readArtifact(contract);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: await bytecodeOf(contract), args });
    const gas = await estimateGas(client, { account: deployer, data });
    return { call: `deploy ${contract}`, args: shown, fee: gas * maxFeePerGas, assumed: false };
  };
  const bind = (contract: string, ...args: string[]) => {
    return { call: `${contract}.bind`, args, fee: BIND_GAS * maxFeePerGas, assumed: true };
  };
  const { freshness, grace, chainGap } = EVIDENCE;
  const { unbonding, minWindow } = COMPUTE;
  const registry = await create("ProviderRegistry", [REGISTRY]);
  // A deployment costs by its bytes; these hold its lifecycle's.
  const [bytes, perBytes] = await Promise.all(["StorageDeals", "ProviderRegistry"].map(bytecodeOf));
  const fee = (registry.fee * BigInt(bytes!.length)) / BigInt(perBytes!.length);
  const plan = [
    registry,
    await create("SectorEvidence", [freshness, grace, chainGap]),
    {
      call: "deploy StorageDeals",
      args: ["<ProviderRegistry>", "<SectorEvidence>", pay],
      fee,
      assumed: true,
    },
    bind("ProviderRegistry", "<StorageDeals>", "<SectorEvidence>"),
    bind("SectorEvidence", "<StorageDeals>", "<ProviderRegistry>"),
    await create("ComputeRegistry", [pay, unbonding], ["<ProviderRegistry>", unbonding]),
    await create("ComputeEscrow", [pay, pay, minWindow], ["<ComputeRegistry>", "<StorageDeals>", minWindow]),
    await create("SingleArbiter", [pay, deployer, deployer], ["<ComputeEscrow>", "<payee>", "<judge>"]),
    bind("ComputeRegistry", "<ComputeEscrow>"),
  ];
  return plan.filter((_transaction, at) => !done.has(TRANSACTIONS[at]!));
}
