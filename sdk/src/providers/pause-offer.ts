import { onRegistry } from "../actions/contracts.ts";

export interface PauseOfferParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
  /** false resumes. */
  paused: boolean;
}

const action = onRegistry.write(
  "pauseOffer",
  ({ offerId, paused }: PauseOfferParameters) => [offerId, paused],
  { event: "OfferPaused" },
);

/**
 * Pauses an offer, or resumes it. Sent by the miner's owner, its worker or a control address.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const pauseOffer = action.send;

/** {@link pauseOffer}, waited for: the receipt, OfferPaused, and all that the contract told. @throws ActionError */
export const pauseOfferSync = action.sync;
export type PauseOfferSyncReturnType = Awaited<ReturnType<typeof pauseOfferSync>>;

/** The call of {@link pauseOffer}, to batch or to simulate. */
export const pauseOfferCall = action.call;

/** The OfferPaused of {@link pauseOffer} in a receipt. @throws EventMissingError */
export const extractPauseOfferEvent = action.extract;
