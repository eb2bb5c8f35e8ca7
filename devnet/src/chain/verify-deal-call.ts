import {
  type Abi,
  type Address,
  ContractFunctionRevertedError,
  type PublicClient,
  BaseError as ViemError,
} from "viem";
import type { CurioDealView, MarketVerdict } from "../provider/provider-chain.ts";

/** Asks a market contract as Curio does: its version, then whether it knows the deal so. */
export async function verifyMarketDeal(
  client: PublicClient,
  abi: Abi,
  market: Address,
  view: CurioDealView,
): Promise<MarketVerdict> {
  try {
    const version = (await client.readContract({ abi, address: market, functionName: "version" })) as bigint;
    if (version !== 1n) return { kind: "unsupported-version", version };
    const verified = await client.readContract({
      abi,
      address: market,
      functionName: "verifyDeal",
      args: [view],
    });
    return { kind: verified ? "verified" : "rejected" };
  } catch (error) {
    const revert =
      error instanceof ViemError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (revert instanceof ContractFunctionRevertedError && revert.data?.errorName === "DealNotFound") {
      return { kind: "deal-not-found" };
    }
    return { kind: "call-failed", reason: error instanceof Error ? error.message : String(error) };
  }
}
