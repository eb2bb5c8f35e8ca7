import type { DealStore } from "./deal-store.ts";
import type { PieceStore } from "./piece-store.ts";
import type { ProviderChain } from "./provider-chain.ts";

/**
 * One proving period: reads every sector's bytes back, and proves those that are what was sealed. As with WindowPoSt,
 * a sector whose bytes are gone or changed cannot be proven, and one whose bytes are back recovers.
 */
export async function proveSectors(
  chain: ProviderChain,
  deals: DealStore,
  pieces: PieceStore,
): Promise<void> {
  const proven: bigint[] = [];
  const faulty: bigint[] = [];
  const digests = new Map<string, Promise<string | undefined>>();
  for (const { deal, state, sector, digest } of deals.all()) {
    if (state !== "complete") continue;
    const onChain = await chain.sectorState(BigInt(sector!));
    if (onChain === "dead" || onChain === "absent") continue;
    const pieceCid = deal.data!.piece_cid["/"];
    const found = digests.get(pieceCid) ?? pieces.digest(pieceCid);
    digests.set(pieceCid, found);
    ((await found) === digest ? proven : faulty).push(BigInt(sector!));
  }
  if (proven.length + faulty.length > 0) await chain.submitProof(proven, faulty);
}
