import { onRegistry } from "../actions/contracts.ts";
import type { OfferTerms } from "./offer-terms.ts";

export interface ReviseOfferParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
  terms: OfferTerms;
}

const action = onRegistry.write(
  "reviseOffer",
  ({ offerId, terms }: ReviseOfferParameters) => [offerId, terms],
  { event: "OfferPublished" },
);

/**
 * Publishes the next version of an offer; deals of earlier versions keep their terms. Sent by the miner's owner, its worker or
 * a control address.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const reviseOffer = action.send;

/** {@link reviseOffer}, waited for: the receipt, OfferPublished, and all that the contract told. @throws ActionError */
export const reviseOfferSync = action.sync;
export type ReviseOfferSyncReturnType = Awaited<ReturnType<typeof reviseOfferSync>>;

/** The call of {@link reviseOffer}, to batch or to simulate. */
export const reviseOfferCall = action.call;

/** The OfferPublished of {@link reviseOffer} in a receipt. @throws EventMissingError */
export const extractReviseOfferEvent = action.extract;
