import type { Address } from "viem";
import { onDeals } from "../actions/contracts.ts";
import { filecoinAddressToBytes, fromEvmAddress } from "../fvm/address.ts";
import { pieceCidBytes } from "../providers/piece-cid-bytes.ts";

export interface VerifyDealParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** Who pays. */
  client: Address;
  /** Piece CID v2 as text. */
  pieceCid: string;
  /** Last epoch for sealing: Curio's start epoch. */
  sealBy: bigint;
  /** Epochs of service after `sealBy`. */
  duration: bigint;
}

/**
 * Whether a copy is on chain just as asked, and may still be sealed: what Curio asks before it takes a deal.
 * Source: Curio's curiodealview.md.
 * @throws ActionError
 */
export const verifyDeal = onDeals.read("verifyDeal", (asked: VerifyDealParameters) => [dealViewOf(asked)]);
export type VerifyDealReturnType = Awaited<ReturnType<typeof verifyDeal>>;

/** As Curio asks: an open deal, without an allocation, its client as a Filecoin address. */
function dealViewOf({ copyId, provider, client, pieceCid, sealBy, duration }: VerifyDealParameters) {
  return {
    dealId: copyId,
    state: 0,
    providerActorId: provider,
    clientId: filecoinAddressToBytes(fromEvmAddress(client)),
    pieceCidV2: pieceCidBytes(pieceCid),
    startEpoch: sealBy,
    duration,
    allocationId: 0n,
    finalizedEpoch: 0n,
  };
}
