import { onRegistry } from "../actions/contracts.ts";

export interface GetOfferRateParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
}

/**
 * Whether an offer is open now (neither paused nor expired, within the envelope), and its rate: token units per TiB and epoch.
 * @throws ActionError
 */
export const getOfferRate = onRegistry.read(
  "rateOf",
  ({ offerId }: GetOfferRateParameters) => [offerId],
  ([open, ratePerTib]) => ({ open, ratePerTib }),
);
export type GetOfferRateReturnType = Awaited<ReturnType<typeof getOfferRate>>;
