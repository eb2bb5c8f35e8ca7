import { onDeals } from "../actions/contracts.ts";
import { enumName } from "../actions/enum-name.ts";
import { DEPARTURES } from "./states.ts";

export interface GetDealParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

/**
 * A deal as recorded. Epochs, and amounts in token units; `rate` an epoch, of the copies that are not final; `exitFee` is its
 * upper bound; `railEnd` 0 while nobody left.
 * @throws ActionError
 */
export const getDeal = onDeals.read(
  "dealOf",
  ({ dealId }: GetDealParameters) => [dealId],
  (deal) => ({ ...deal, departure: enumName(DEPARTURES, deal.departure) }),
);
export type GetDealReturnType = Awaited<ReturnType<typeof getDeal>>;
