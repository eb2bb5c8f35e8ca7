import { onRegistry } from "../actions/contracts.ts";

export interface GetOfferParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
}

/**
 * The current version of an offer, and how many padded bytes its deals hold. See `OfferTerms`.
 * @throws ActionError
 */
export const getOffer = onRegistry.read(
  "offerOf",
  ({ offerId }: GetOfferParameters) => [offerId],
  ([provider, version, paused, reservedBytes, terms]) => ({
    provider,
    version,
    paused,
    reservedBytes,
    terms,
  }),
);
export type GetOfferReturnType = Awaited<ReturnType<typeof getOffer>>;
