import { join } from "node:path";
import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import type { Address } from "viem";

/** The chains that Holdfast is deployed on: each has a file in deploy/parameters. */
export const LIVE_CHAINS = ["calibration", "filecoin"] as const;
export type LiveChain = (typeof LIVE_CHAINS)[number];

/** What is deployed by others on a chain, as Ignition's parameters. */
export interface LiveParameters {
  /** Of the module `Deals`; what is not here has the module's default. */
  Deals: { pay: Address };
  /** Of the module `Compute`. `judge` and `payee` of its arbiter: by default the deployer. */
  Compute: { minWindow: number; unbonding: number; judge?: Address; payee?: Address };
  /** What offers are in. */
  Payments: { usdfc: Address };
}

/** The parameters of a live chain, from its file. */
export async function readParameters(chain: LiveChain): Promise<LiveParameters> {
  const file = join(import.meta.dirname, "parameters", `${chain}.json5`);
  return (await readDeploymentParameters(file)) as unknown as LiveParameters;
}
