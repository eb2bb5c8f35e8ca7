import type { Address } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { filecoin } from "../chains.ts";
import { paddedSizeOf, pieceFrom, unpaddedSizeOf } from "../dataset/piece-cid.ts";
import { copyIdOf } from "../deals/copy-id.ts";
import { getCopies } from "../deals/get-copies.ts";
import { getDeal } from "../deals/get-deal.ts";
import { addressOf } from "../deployments.ts";
import { BaseError } from "../errors/base-error.ts";
import type { CurioSigner } from "./curio-auth.ts";
import { getOfferTerms } from "./get-offer-terms.ts";
import { createMk20Client } from "./mk20-client.ts";
import { sealedDealRequest } from "./sealed-deal-request.ts";

export interface RequestSealingParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
  /** The client's key: `delegatedSigner`. */
  signer: CurioSigner;
  /** Where the provider fetches the CAR of a piece, by its piece CID. */
  urlOf: (pieceCid: string) => string;
  /** StorageDeals and ProviderRegistry. Default: where they are known to be deployed. */
  contracts?: { deals: Address; registry: Address };
}

/** A provider whose operator has not added StorageDeals to the market contracts that it works with. */
export class MarketNotAllowedError extends BaseError {
  constructor(endpoint: string, market: Address) {
    super(`The provider at ${endpoint} does not work with the market contract ${market}.`, {
      next: "Ask its operator to allow the contract, or propose to another provider's offer.",
    });
  }
}

/**
 * Asks a deal's provider to fetch and seal every copy that is still proposed: an MK20 request each (`sealedDealRequest`).
 * Each time under new identifiers, so call it once; a watcher stores its identifiers and knows what it has asked for.
 * @returns the identifiers by which the provider knows them, by index of the copy: for `dealStatus` of `createMk20Client`
 * @throws ActionError, MarketNotAllowedError, and what `createMk20Client` throws
 */
export async function requestSealing(
  client: ActionClient,
  { dealId, signer, urlOf, contracts }: RequestSealingParameters,
): Promise<Map<number, string>> {
  const { deals, registry } = contracts ?? {
    deals: addressOf("StorageDeals", client.chain.id),
    registry: addressOf("ProviderRegistry", client.chain.id),
  };
  const [deal, copies] = await Promise.all([
    getDeal(client, { address: deals, dealId }),
    getCopies(client, { address: deals, dealId }),
  ]);
  const { offerId, version, sealBy, endEpoch } = deal;
  const { endpoint } = await getOfferTerms(client, { address: registry, offerId, version });
  const provider = createMk20Client({ endpoint, signer });
  // Curio compares the contract's address as text: it is written as the provider lists it.
  const listed = await provider.contracts();
  const market = listed.find((known) => known.toLowerCase() === deals.toLowerCase()) as Address | undefined;
  if (market === undefined) throw new MarketNotAllowedError(endpoint, deals);
  const network = client.chain.id === filecoin.id ? "mainnet" : "testnet";
  const identifiers = new Map<number, string>();
  for (const [index, copy] of copies.entries()) {
    if (copy.state !== "Proposed") continue;
    const { commitment, height, padding } = copy;
    const payloadSize = unpaddedSizeOf(paddedSizeOf(height)) - padding;
    const pieceCid = pieceFrom(commitment, payloadSize, height).cid;
    const identifier = newIdentifier();
    const duration = endEpoch - sealBy;
    await provider.postDeal(
      sealedDealRequest({
        ...{ identifier, client: deal.client, network, provider: deal.provider, pieceCid, market },
        ...{ urls: [urlOf(pieceCid)], copyId: copyIdOf(dealId, index), sealBy, duration },
      }),
    );
    identifiers.set(index, identifier);
  }
  return identifiers;
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ULID_LENGTH = 26;

/** A ULID all of chance: providers only ask that no two are equal. */
function newIdentifier(): string {
  const digits = crypto.getRandomValues(new Uint8Array(ULID_LENGTH)).map((byte) => byte & 31);
  digits[0]! &= 7;
  return Array.from(digits, (digit) => CROCKFORD[digit]).join("");
}
