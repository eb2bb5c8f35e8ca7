import type { Hex } from "viem";
import { onDeals } from "../actions/contracts.ts";
import type { Piece } from "../dataset/piece-cid.ts";

export interface ProposeDealParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
  /** The version of the offer that was read: another one is refused with OfferChanged. */
  version: number;
  /** The dataset's id: sha2-256 digest (32 bytes) of its manifest's CID. */
  dataset: Hex;
  /** Epochs that the provider has for sealing. */
  sealingWindow: bigint;
  /** Epochs of service after that. */
  duration: bigint;
  /** 1 to 32, one copy each. */
  pieces: readonly Pick<Piece, "commitment" | "height" | "padding">[];
  /** How far the provider alone may extend: see `setAutoExtend`. Default: not at all. */
  autoExtend?: { until: bigint; rateCap: bigint };
}

const action = onDeals.write("propose", (parameters: ProposeDealParameters) => [proposalOf(parameters)], {
  event: "DealProposed",
});

/**
 * Proposes a deal on an offer. The sender pays, and has approved StorageDeals on Filecoin Pay: see `quoteDeal`. Locks the
 * provider's bond, opens the rail, pays the reservation fee; the deal's id is in DealProposed.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const proposeDeal = action.send;

/** {@link proposeDeal}, waited for: the receipt, DealProposed, and all that the contract told. @throws ActionError */
export const proposeDealSync = action.sync;
export type ProposeDealSyncReturnType = Awaited<ReturnType<typeof proposeDealSync>>;

/** The call of {@link proposeDeal}, to batch or to simulate. */
export const proposeDealCall = action.call;

/** The DealProposed of {@link proposeDeal} in a receipt. @throws EventMissingError */
export const extractProposeDealEvent = action.extract;

/** A proposal as the contract takes it: StorageDeals knows pieces by their root. */
function proposalOf({ autoExtend, pieces, ...proposal }: ProposeDealParameters) {
  const { offerId, version, dataset, sealingWindow, duration } = proposal;
  return {
    ...{ offerId, version, dataset, sealingWindow, duration },
    autoExtendUntil: autoExtend?.until ?? 0n,
    autoExtendRateCap: autoExtend?.rateCap ?? 0n,
    pieces: pieces.map(({ commitment, height, padding }) => ({ cid: commitment, height, padding })),
  };
}
