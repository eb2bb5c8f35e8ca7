import { onRegistry } from "../actions/contracts.ts";
import type { OfferTerms } from "./offer-terms.ts";

export interface PublishOfferParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  terms: OfferTerms;
}

const action = onRegistry.write(
  "publishOffer",
  ({ provider, terms }: PublishOfferParameters) => [provider, terms],
  { event: "OfferPublished" },
);

/**
 * Publishes a new offer, version 1. Sent by the miner's owner, its worker or a control address.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const publishOffer = action.send;

/** {@link publishOffer}, waited for: the receipt, OfferPublished, and all that the contract told. @throws ActionError */
export const publishOfferSync = action.sync;
export type PublishOfferSyncReturnType = Awaited<ReturnType<typeof publishOfferSync>>;

/** The call of {@link publishOffer}, to batch or to simulate. */
export const publishOfferCall = action.call;

/** The OfferPublished of {@link publishOffer} in a receipt. @throws EventMissingError */
export const extractPublishOfferEvent = action.extract;
