import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BaseError, chains } from "@holdfast/sdk";
import { HardhatError } from "@nomicfoundation/hardhat-errors";
import {
  errorDeploymentResultToExceptionMessage,
  HardhatArtifactResolver,
} from "@nomicfoundation/hardhat-ignition/helpers";
import { type DeployConfig, DeploymentResultType, deploy } from "@nomicfoundation/ignition-core";
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { Address, LocalAccount } from "viem";
import computeModule from "./modules/compute.ts";
import { catchUp, OUTBOX, type OutboxOptions, outboxProvider, type RpcProvider } from "./outbox.ts";
import { type LiveChain, readParameters } from "./parameters.ts";

/** Where each chain's record is kept. */
export const DEPLOYMENTS = join(import.meta.dirname, "deployments");

/** Where Holdfast is on a chain. */
export interface Deployed {
  deals: Address;
  registry: Address;
  evidence: Address;
  computeRegistry: Address;
  escrow: Address;
  arbiter: Address;
}

/** What of `Deployed` is which contract of which module. */
const FUTURES = {
  deals: "Deals#StorageDeals",
  registry: "Deals#ProviderRegistry",
  evidence: "Deals#SectorEvidence",
  computeRegistry: "Compute#ComputeRegistry",
  escrow: "Compute#ComputeEscrow",
  arbiter: "Compute#SingleArbiter",
} as const satisfies Record<keyof Deployed, string>;

export interface DeployDealsOptions {
  chain: LiveChain;
  /** JSON-RPC of the chain. */
  provider: RpcProvider;
  /** Pays, and is the only one that may bind the contracts to each other. */
  account: LocalAccount;
  /** Compiled contracts: Hardhat's. */
  artifacts: ArtifactManager;
  /** Holds a folder for each chain. Default: deploy/deployments. */
  folder?: string;
  /** Told of each transaction before it is sent. */
  onSigned?: OutboxOptions["onSigned"];
  /** Changes to how Ignition waits. */
  waiting?: Partial<DeployConfig>;
}

/** An epoch is 30 s, and a transaction counts once three stand on it. */
const WAITING = { blockPollingInterval: 10_000, timeBeforeBumpingFees: 300_000, requiredConfirmations: 3 };
/** How often to look again whether earlier transactions of the deployer have enough epochs upon them. */
const PATIENCE = 60;

/** Ignition could not finish. */
export class DeploymentFailedError extends BaseError {
  constructor(chain: LiveChain, details: string) {
    super(`The deployment on ${chain} did not finish.`, {
      details,
      next: `Mend what it names, and run \`npx hardhat deploy --network ${chain}\` again: it goes on where it stopped.`,
    });
  }
}

/**
 * Deploys Holdfast, or what is missing of it. Killed at any step and called again, it finishes what it began: the same
 * addresses, nothing twice. The record is `folder/<chain>`.
 * @throws DeploymentFailedError
 */
export async function deployDeals(options: DeployDealsOptions): Promise<Deployed> {
  const { chain, provider, account, artifacts, folder = DEPLOYMENTS } = options;
  const deploymentDir = join(folder, chain);
  const config = { ...WAITING, ...options.waiting };
  const { Deals, Compute, Payments } = await readParameters(chain);
  await mkdir(deploymentDir, { recursive: true });
  await catchUp(provider, deploymentDir);
  const result = await patiently(config.blockPollingInterval, () =>
    deploy({
      ...{ config, deploymentDir, ignitionModule: computeModule, accounts: [account.address] },
      artifactResolver: new HardhatArtifactResolver(artifacts),
      provider: outboxProvider(provider, {
        ...{ account, chainId: chains[chain].id, folder: deploymentDir, onSigned: options.onSigned },
      }),
      deploymentParameters: {
        Deals: { ...Deals },
        Compute: { judge: account.address, payee: account.address, ...Compute },
        Payments: { ...Payments },
      },
    }),
  );
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new DeploymentFailedError(chain, errorDeploymentResultToExceptionMessage(result));
  }
  // Killed between the journal and this file, Ignition would never write the address again.
  const addresses = Object.values(result.contracts).map(({ id, address }) => [id, address]);
  const text = `${JSON.stringify(Object.fromEntries(addresses), undefined, 2)}\n`;
  await writeFile(join(deploymentDir, ADDRESSES), text);
  await rm(join(deploymentDir, OUTBOX), { force: true });
  return readDeployed(chain, folder);
}

const ADDRESSES = "deployed_addresses.json";

/** What is recorded as deployed on a chain. @throws DeploymentMissingError */
export async function readDeployed(chain: LiveChain, folder = DEPLOYMENTS): Promise<Deployed> {
  const text = await readFile(join(folder, chain, ADDRESSES), "utf8").catch(() => "{}");
  const recorded = JSON.parse(text) as { [future: string]: Address };
  const found = Object.entries(FUTURES).map(([name, future]) => [name, recorded[future]]);
  if (found.some(([, address]) => address === undefined)) throw new DeploymentMissingError(chain);
  return Object.fromEntries(found) as unknown as Deployed;
}

/** Nothing is recorded as deployed on a chain. */
export class DeploymentMissingError extends BaseError {
  constructor(chain: LiveChain) {
    super(`No finished deployment on ${chain} is on record.`, {
      next: `Run \`npx hardhat deploy --network ${chain}\`, or check out a version that has deploy/deployments/${chain}.`,
    });
  }
}

const { EXECUTION } = HardhatError.ERRORS.IGNITION;
/** The deployer's last transactions are too young, or the endpoint does not show them all yet. */
const TOO_EARLY = [EXECUTION.WAITING_FOR_CONFIRMATIONS, EXECUTION.WAITING_FOR_NONCE, EXECUTION.INVALID_NONCE];

async function patiently<T>(intervalMs: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const early = TOO_EARLY.some((descriptor) => HardhatError.isHardhatError(error, descriptor));
      if (!early || attempt === PATIENCE) throw error;
    }
    await sleep(intervalMs);
  }
}
