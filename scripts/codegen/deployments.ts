import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LIVE_CHAINS, readParameters } from "../../deploy/parameters.ts";
import { type ChainName, chains } from "../../sdk/src/chains.ts";
import { BaseError } from "../../sdk/src/errors/base-error.ts";
import type { Deployments } from "./typescript.ts";

export class DeploymentFolderUnknownError extends BaseError {
  constructor(folder: string) {
    super(`${folder} is a deployment of no chain that Holdfast knows.`, {
      next: `Name it after its chain: ${Object.keys(chains).join(", ")}.`,
    });
  }
}

/**
 * What Ignition recorded under `folder/<chain>/deployed_addresses.json` (`Module#Contract` to address). The devnet is
 * left out: its contracts live as long as its process.
 */
export async function readDeployments(folder: string): Promise<Deployments> {
  const deployments: Deployments = new Map();
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const chain = chains[entry.name as ChainName];
    if (chain === undefined) throw new DeploymentFolderUnknownError(join(folder, entry.name));
    if (chain.id === chains.devnet.id) continue;
    // Pins of what others deployed may be there before anything of ours is.
    const text = await readFile(join(folder, entry.name, "deployed_addresses.json"), "utf8").catch(missing);
    if (text === undefined) continue;
    const recorded = Object.entries(JSON.parse(text) as { [future: string]: string });
    deployments.set(chain.id, new Map(recorded.map(([future, address]) => [contractOf(future), address])));
  }
  return deployments;
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** What others deployed, and Holdfast rests on: from deploy/parameters. */
export async function readDependencies(): Promise<Deployments> {
  const dependencies: Deployments = new Map();
  for (const chain of LIVE_CHAINS) {
    const { Deals, Payments } = await readParameters(chain);
    dependencies.set(
      chains[chain].id,
      new Map([
        ["FilecoinPay", Deals.pay],
        ["USDFC", Payments.usdfc],
      ]),
    );
  }
  return dependencies;
}

/** All that is known of each chain. */
export function united(...known: Deployments[]): Deployments {
  const all: Deployments = new Map();
  for (const [chainId, contracts] of known.flatMap((deployments) => [...deployments])) {
    all.set(chainId, new Map([...(all.get(chainId) ?? []), ...contracts]));
  }
  return all;
}

function contractOf(future: string): string {
  return future.slice(future.indexOf("#") + 1).replace(/[^A-Za-z0-9_]/g, "_");
}
