import { onRegistry } from "../actions/contracts.ts";

export interface GetOfferTermsParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
  /** From 1; OfferChanged for one that never was. */
  version: number;
}

/**
 * The terms of any version of an offer. See `OfferTerms`.
 * @throws ActionError
 */
export const getOfferTerms = onRegistry.read("termsAt", ({ offerId, version }: GetOfferTermsParameters) => [
  offerId,
  version,
]);
export type GetOfferTermsReturnType = Awaited<ReturnType<typeof getOfferTerms>>;
