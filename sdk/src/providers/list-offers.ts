import type { Address } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { getOpenProposals } from "../deals/get-open-proposals.ts";
import { getFreeBond } from "./get-free-bond.ts";
import { type GetOfferReturnType, getOffer } from "./get-offer.ts";
import { getOfferCount } from "./get-offer-count.ts";
import { getProviderOwner } from "./get-provider-owner.ts";

export interface ListOffersParameters {
  /** ProviderRegistry. Default: where it is known to be. */
  address?: Address;
  /** With it, how many proposals a client has open at each offer. */
  proposals?: { deals: Address; client: Address };
  /** How many offers are read at one time. Default 16. */
  concurrency?: number;
}

/** A standing offer with what decides whether it can take a deal. */
export interface ListedOffer extends GetOfferReturnType {
  offerId: bigint;
  /** Actor id of the miner's owner when last seen acting. */
  owner: bigint;
  /** attoFIL that may back new deals, of all offers of the provider. */
  freeBond: bigint;
  /** Of the client asked for; 0 if none was. */
  openProposals: bigint;
}

/** Every offer in its current version, in order of id. @throws ActionError */
export async function listOffers(
  client: ActionClient,
  { address, proposals, concurrency = 16 }: ListOffersParameters = {},
): Promise<ListedOffer[]> {
  const at = address === undefined ? {} : { address };
  const count = await getOfferCount(client, at);
  const offers: ListedOffer[] = [];
  for (let first = 1n; first <= count; first += BigInt(concurrency)) {
    const ids = Array.from({ length: concurrency }, (_, step) => first + BigInt(step)).filter(
      (id) => id <= count,
    );
    offers.push(...(await Promise.all(ids.map(one))));
  }
  return offers;

  async function one(offerId: bigint): Promise<ListedOffer> {
    const offer = await getOffer(client, { ...at, offerId });
    const { provider } = offer;
    const [owner, freeBond, openProposals] = await Promise.all([
      getProviderOwner(client, { ...at, provider }),
      getFreeBond(client, { ...at, provider }),
      proposals === undefined
        ? 0n
        : getOpenProposals(client, { address: proposals.deals, offerId, client: proposals.client }),
    ]);
    return { ...offer, offerId, owner, freeBond, openProposals };
  }
}
