import type { Address } from "viem";
import { onDeals } from "../actions/contracts.ts";

export interface GetOpenProposalsParameters {
  /** The offer's id, from 1. */
  offerId: bigint;
  /** Who proposed. */
  client: Address;
}

/**
 * How many deals of a client on an offer have a copy still proposed; the offer bounds them (maxOpenProposals).
 * @throws ActionError
 */
export const getOpenProposals = onDeals.read(
  "openProposalsOf",
  ({ offerId, client }: GetOpenProposalsParameters) => [offerId, client],
);
export type GetOpenProposalsReturnType = Awaited<ReturnType<typeof getOpenProposals>>;
