import { onRegistry } from "../actions/contracts.ts";

export interface GetOfferRegionParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
}

/**
 * The region that an offer's provider declares: ISO 3166-1 alpha-2.
 * @throws ActionError
 */
export const getOfferRegion = onRegistry.read("regionOf", ({ offerId }: GetOfferRegionParameters) => [
  offerId,
]);
export type GetOfferRegionReturnType = Awaited<ReturnType<typeof getOfferRegion>>;
