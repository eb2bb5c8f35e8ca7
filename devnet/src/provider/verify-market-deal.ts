import {
  filecoinAddressToBytes,
  Mk20Code,
  type Mk20Deal,
  parseFilecoinAddress,
  pieceCidBytes,
} from "@holdfast/sdk";
import type { Address } from "viem";
import type { ProviderChain } from "./provider-chain.ts";
import { type Refusal, refusal } from "./validate-deal.ts";

/** Curio's gate: is the deal, as this side understood it, the one on chain, and may it be sealed? */
export async function verifyMarketDeal(
  deal: Mk20Deal,
  chain: ProviderChain,
  allowed: readonly string[],
): Promise<Refusal | undefined> {
  const ddo = deal.products.ddo_v1!;
  if (!ddo.market_address) return undefined;
  if (ddo.market_deal_id === null || ddo.market_deal_id === undefined) {
    return refusal(Mk20Code.ProductValidationFailed, "market deal id is not set");
  }
  // As text, like the database column Curio compares with.
  if (!allowed.includes(ddo.market_address)) {
    return refusal(Mk20Code.BadProposal, "provider does not work with this market");
  }
  const verdict = await chain.verifyDeal(ddo.market_address as Address, {
    dealId: BigInt(ddo.market_deal_id),
    state: 0,
    providerActorId: chain.minerId,
    clientId: filecoinAddressToBytes(parseFilecoinAddress(deal.client)),
    pieceCidV2: pieceCidBytes(deal.data!.piece_cid["/"]),
    startEpoch: BigInt(ddo.start_epoch ?? 0),
    duration: BigInt(ddo.duration),
    allocationId: BigInt(ddo.allocation_id ?? 0),
    finalizedEpoch: 0n,
  });
  switch (verdict.kind) {
    case "verified":
      return undefined;
    case "rejected":
      return refusal(Mk20Code.RejectedByMarket, "Deal rejected by market");
    case "deal-not-found":
      return refusal(Mk20Code.RejectedByMarket, `deal ${ddo.market_deal_id} not found in market`);
    case "unsupported-version":
      return refusal(
        Mk20Code.MarketNotEnabled,
        `unsupported market interface version ${verdict.version}: expected 1`,
      );
    case "call-failed":
      return refusal(Mk20Code.InternalError, "Server Internal Error");
  }
}
