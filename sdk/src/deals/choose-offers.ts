import type { Address } from "viem";
import type { Piece } from "../dataset/piece-cid.ts";
import type { ListedOffer } from "../providers/list-offers.ts";
import { type DealQuote, quoteDeal } from "./quote-deal.ts";

/** What a client wants kept, and at what price. */
export interface OfferPolicy {
  /** Copies of every piece, each with another provider and another owner. */
  copies: number;
  token: Address;
  /** Epochs. */
  duration: bigint;
  /** Epochs. */
  sealingWindow: bigint;
  /** Token units per TiB and epoch. Default: any. */
  maxRatePerTib?: bigint;
  /** attoFIL per TiB. Default 0. */
  minBondPerTib?: bigint;
  /** ISO 3166-1 alpha-2. Default: any. */
  regions?: readonly string[];
  /** Providers that are passed over. */
  exclude?: readonly bigint[];
}

export interface ChooseOffersParameters<piece> {
  offers: readonly ListedOffer[];
  pieces: readonly piece[];
  policy: OfferPolicy;
  /** The current epoch: an offer must not have expired. */
  epoch: bigint;
  /** `minRate` and `maxPieces` of `getDealsParameters`. */
  parameters: { minRate: bigint; maxPieces: bigint };
}

/** A deal to propose. */
export interface ChosenDeal<piece> {
  offer: ListedOffer;
  pieces: piece[];
  quote: DealQuote;
}

export interface OfferChoice<piece> {
  deals: ChosenDeal<piece>[];
  /** Pieces that get fewer copies than wanted, and how many are missing. */
  missing: { piece: piece; copies: number }[];
  /** Offers that take nothing, each with the first reason. */
  passedOver: { offerId: bigint; provider: bigint; why: string }[];
}

/**
 * The cheapest offers that the policy allows and that can take the pieces, each copy of a piece with another provider and
 * another owner; at most `maxPieces` pieces a deal. Reads nothing: offers are of `listOffers`.
 */
export function chooseOffers<piece extends Pick<Piece, "commitment" | "height" | "padding" | "paddedSize">>({
  offers,
  pieces,
  policy,
  epoch,
  parameters,
}: ChooseOffersParameters<piece>): OfferChoice<piece> {
  const wanted = new Map(pieces.map((piece) => [piece, { left: policy.copies, owners: new Set<bigint>() }]));
  const deals: ChosenDeal<piece>[] = [];
  const passedOver: OfferChoice<piece>["passedOver"] = [];
  const room = new Map(offers.map(({ provider, freeBond }) => [provider, freeBond]));
  const taken = new Set<bigint>();
  for (const offer of [...offers].sort(byRate)) {
    const { offerId, provider } = offer;
    const pass = (why: string) => passedOver.push({ offerId, provider, why });
    const why =
      refusal(offer, policy, epoch) ?? (taken.has(provider) ? "its provider has a cheaper offer" : undefined);
    if (why !== undefined) {
      pass(why);
      continue;
    }
    let free = offer.terms.capacity - offer.reservedBytes;
    let bond = room.get(provider) as bigint;
    let proposals = BigInt(offer.terms.maxOpenProposals) - offer.openProposals;
    let reason = "every piece has its copies";
    const fitting = pieces.filter((piece) => {
      const state = wanted.get(piece)!;
      if (state.left === 0) return false;
      const fault = misfit(offer, piece, { free, bond, minRate: parameters.minRate });
      if (fault !== undefined || state.owners.has(offer.owner)) {
        reason = fault ?? "its owner keeps a copy already";
        return false;
      }
      free -= BigInt(piece.paddedSize);
      bond -= quoteOf(offer, [piece], policy).bond;
      return true;
    });
    for (const batch of inBatches(fitting, Number(parameters.maxPieces))) {
      if (proposals === 0n) {
        reason = "the client has as many proposals open there as it allows";
        break;
      }
      proposals -= 1n;
      const quote = quoteOf(offer, batch, policy);
      deals.push({ offer, pieces: batch, quote });
      room.set(provider, (room.get(provider) as bigint) - quote.bond);
      for (const piece of batch) {
        const state = wanted.get(piece)!;
        state.left -= 1;
        state.owners.add(offer.owner);
      }
      taken.add(provider);
    }
    if (!taken.has(provider)) pass(reason);
  }
  return {
    ...{ deals, passedOver },
    missing: pieces.flatMap((piece) => {
      const { left } = wanted.get(piece)!;
      return left === 0 ? [] : [{ piece, copies: left }];
    }),
  };
}

/** Why an offer is none for this policy, whatever the piece. */
function refusal(
  { terms, paused, provider }: ListedOffer,
  policy: OfferPolicy,
  epoch: bigint,
): string | undefined {
  if (paused) return "it is paused";
  if (terms.expiry < epoch) return `it expired at epoch ${terms.expiry}`;
  if (policy.exclude?.includes(provider)) return "its provider is excluded";
  if (terms.token.toLowerCase() !== policy.token.toLowerCase()) return "it is in another token";
  if (policy.maxRatePerTib !== undefined && terms.ratePerTib > policy.maxRatePerTib)
    return "it is dearer than the cap";
  if (terms.bondPerTib < (policy.minBondPerTib ?? 0n)) return "its bond is smaller than wanted";
  if (policy.regions !== undefined && !policy.regions.includes(terms.region))
    return `it is in ${terms.region}`;
  if (policy.duration < terms.minDuration || policy.duration > terms.maxDuration) {
    return `it takes durations of ${terms.minDuration} to ${terms.maxDuration} epochs`;
  }
  return undefined;
}

/** Why an offer does not take a piece. */
function misfit(
  { terms }: ListedOffer,
  { paddedSize, height }: Pick<Piece, "paddedSize" | "height">,
  { free, bond, minRate }: { free: bigint; bond: bigint; minRate: bigint },
): string | undefined {
  const size = BigInt(paddedSize);
  const share = quoteDeal({ terms, pieces: [{ height }], sealingWindow: 0n, duration: 0n });
  if (size < terms.minPieceSize || size > terms.maxPieceSize) {
    return `it takes pieces of ${terms.minPieceSize} to ${terms.maxPieceSize} bytes`;
  }
  if (share.rate < minRate) return "its rate is too low for pieces this small";
  if (size > free) return "its capacity is used up";
  return share.bond > bond ? "its provider has too little free bond" : undefined;
}

function quoteOf(
  { terms }: ListedOffer,
  pieces: readonly Pick<Piece, "height">[],
  { sealingWindow, duration }: OfferPolicy,
): DealQuote {
  return quoteDeal({ terms, pieces, sealingWindow, duration });
}

function byRate(a: ListedOffer, b: ListedOffer): number {
  const [left, right] = [a.terms.ratePerTib, b.terms.ratePerTib];
  return left === right ? Number(a.offerId - b.offerId) : left < right ? -1 : 1;
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
