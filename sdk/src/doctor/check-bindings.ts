import { type Abi, type Address, zeroAddress } from "viem";
import { simulateContract } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { getDealsParameters } from "../deals/get-deals-parameters.ts";
import { decodeRevert } from "../errors/decode-revert.ts";
import { providerRegistryAbi } from "../generated/abi-provider-registry.ts";
import { sectorEvidenceAbi } from "../generated/abi-sector-evidence.ts";
import { errorsAbi } from "../generated/abis.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";
import { checkCode } from "./check-code.ts";

/** The contracts of one deployment. */
export interface DeploymentAddresses {
  deals: Address;
  registry: Address;
  evidence: Address;
  pay: Address;
}

export const FIX =
  "Use the addresses of one deployment: parts of two do not work together, and can never be bound anew.";

/** Whether the contracts of a deployment name each other: the deals their partners, and these the deals. */
export async function checkBindings(client: ActionClient, contracts: DeploymentAddresses): Promise<Check[]> {
  return Promise.all([
    partners(client, contracts),
    bound(client, "registry", {
      ...{ address: contracts.registry, abi: providerRegistryAbi, functionName: "release" },
      // Nothing is released of a provider and an offer that cannot be: bound, it says so in another way.
      ...{ args: [0n, 0n, 0n], account: contracts.deals, refusal: "ProviderNotMarket" },
    }),
    bound(client, "evidence", {
      ...{ address: contracts.evidence, abi: sectorEvidenceAbi, functionName: "notifySectors" },
      ...{ args: [0n, [], [], []], account: contracts.deals, refusal: "EvidenceNotMarket" },
    }),
    bound(client, "registry to evidence", {
      ...{ address: contracts.registry, abi: providerRegistryAbi, functionName: "tip" },
      ...{ args: [0n, zeroAddress], account: contracts.evidence, refusal: "ProviderNotEvidence" },
    }),
  ]);
}

async function partners(client: ActionClient, contracts: DeploymentAddresses): Promise<Check> {
  const name = "partners of StorageDeals";
  try {
    const named = await getDealsParameters(client, { address: contracts.deals });
    for (const partner of ["registry", "evidence", "pay"] as const) {
      if (named[partner].toLowerCase() !== contracts[partner].toLowerCase()) {
        return failed(name, `its ${partner} is ${named[partner]}, not ${contracts[partner]}`, FIX);
      }
    }
    const lifecycle = await checkCode(client, named.lifecycle, { name: "DealLifecycle" });
    return lifecycle.ok
      ? passed(name, "registry, evidence, Filecoin Pay and lifecycle")
      : { ...lifecycle, name };
  } catch (error) {
    return failed(name, reasonOf(error), FIX);
  }
}

interface Question {
  address: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
  account: Address;
  /** What the contract says to those that it does not know. */
  refusal: string;
}

/** The binding has no getter: whoever is not bound is refused by name. */
export async function bound(
  client: ActionClient,
  what: string,
  { refusal, ...call }: Question,
): Promise<Check> {
  const name = `binding of ${what}`;
  try {
    await simulateContract(client, call);
  } catch (error) {
    const revert = decodeRevert(error, errorsAbi);
    if (revert === undefined) {
      return failed(
        name,
        reasonOf(error),
        "Check the address; if it is right, use a node that answers eth_call from a contract (Lotus 1.36.2 or later).",
      );
    }
    if (revert.errorName === refusal)
      return failed(name, `${call.address} is bound to another than ${call.account}`, FIX);
  }
  return passed(name, `${call.address} knows ${call.account}`);
}
