import { type Address, zeroAddress } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { getComputeParameters } from "../compute/get-compute-parameters.ts";
import { getComputeRegistryParameters } from "../compute/get-compute-registry-parameters.ts";
import { getSingleArbiterParameters } from "../compute/get-single-arbiter-parameters.ts";
import { computeRegistryAbi } from "../generated/abi-compute-registry.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";
import { bound, FIX } from "./check-bindings.ts";
import { checkCode } from "./check-code.ts";

/** The contracts of compute over data in one deployment. */
export interface ComputeAddresses {
  computeRegistry: Address;
  escrow: Address;
  /** The SingleArbiter that came along, if it is known. */
  arbiter?: Address | undefined;
}

/** Whether the contracts of compute over data name each other, and the deals and providers that they rest on. */
export async function checkComputeBindings(
  client: ActionClient,
  contracts: ComputeAddresses & { deals: Address; registry: Address },
): Promise<Check[]> {
  const { escrow, computeRegistry, arbiter, deals, registry } = contracts;
  return Promise.all([
    partners("ComputeEscrow", async () => {
      const named = await getComputeParameters(client, { address: escrow });
      const settlement = await checkCode(client, named.settlement, { name: "ComputeSettlement" });
      return settlement.ok ? pairs([named.registry, computeRegistry], [named.deals, deals]) : settlement;
    }),
    partners("ComputeRegistry", async () => {
      const named = await getComputeRegistryParameters(client, { address: computeRegistry });
      return pairs([named.providers, registry]);
    }),
    ...(arbiter === undefined
      ? []
      : [
          partners("SingleArbiter", async () => {
            const named = await getSingleArbiterParameters(client, { address: arbiter });
            return pairs([named.escrow, escrow]);
          }),
        ]),
    bound(client, "compute registry", {
      ...{ address: computeRegistry, abi: computeRegistryAbi, functionName: "collect" },
      ...{ args: [zeroAddress], account: escrow, refusal: "ComputeNotEscrow" },
    }),
  ]);
}

/** What is named, and what should be. */
type Pair = readonly [named: Address, wanted: Address];
const pairs = (...given: Pair[]) => given;

/** @param ask for what is named; it may give a check that failed instead */
async function partners(contract: string, ask: () => Promise<Pair[] | Check>): Promise<Check> {
  const name = `partners of ${contract}`;
  try {
    const found = await ask();
    if (!Array.isArray(found)) return { ...found, name };
    for (const [named, wanted] of found) {
      if (named.toLowerCase() !== wanted.toLowerCase()) {
        return failed(name, `it names ${named}, not ${wanted}`, FIX);
      }
    }
    return passed(name, found.map(([, wanted]) => wanted).join(", "));
  } catch (error) {
    return failed(name, reasonOf(error), FIX);
  }
}
