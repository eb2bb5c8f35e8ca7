import { splitCopyId } from "../../deals/copy-id.ts";
import { DEPARTURES } from "../../deals/states.ts";
import {
  deal,
  type Guidance,
  type Guides,
  type KnownErrorName,
  LIST,
  OFFERS,
  PROPOSE,
  token,
  unexpected,
} from "./guidance.ts";

type DealErrorName = Extract<KnownErrorName, `Deal${string}`>;

const copy = (copyId: bigint) => {
  const { dealId, index } = splitCopyId(copyId);
  return { name: `copy ${index} of deal ${dealId}`, dealId, index };
};

const notPaySide = (what: string): Guidance =>
  unexpected(what, "Only the contracts themselves make this call.");

/** StorageDeals and DealLifecycle. */
export const dealGuides: Guides<DealErrorName> = {
  DealUnknown: (dealId) => ({
    what: `there is no deal ${dealId}`,
    why: "Its id is that of its rail, and a copy's id is the deal's id << 8 | index (splitCopyId).",
    next: LIST,
  }),
  DealNotFound: (copyId) => ({
    what: `there is no ${copy(copyId).name}`,
    why: "A copy's id is the deal's id << 8 | index (copyIdOf).",
    next: LIST,
  }),
  DealNotClient: (dealId, caller) => ({
    what: `${caller} is not the client of deal ${dealId}`,
    why: "Only the account that proposed a deal may do this.",
    next: `${deal(dealId)}: it names the client; send again with --key of that account`,
  }),
  DealNotProvider: (dealId, caller) => ({
    what: `${caller} does not act for the provider of deal ${dealId}`,
    why: "The miner's owner may, and where a hot key will do its worker or a control address.",
    next: `${deal(dealId)}: it names the provider; send again with --key of that account`,
  }),
  DealNotPay: (caller) => notPaySide(`${caller} is not Filecoin Pay`),
  DealCallerNotMiner: (caller) => notPaySide(`${caller} is not a miner actor`),
  DealMethodNotHandled: (method, codec) => notPaySide(`method ${method} with codec ${codec} is not handled`),
  DealNothingProposed: (dealId) => ({
    what: `nothing of deal ${dealId} is still proposed`,
    why: "Only copies that wait for their sector can be declined.",
    next: deal(dealId),
  }),
  DealAlreadyLeft: (dealId, departure) => ({
    what: `deal ${dealId} is ending already (${DEPARTURES[departure] ?? departure})`,
    why: "A deal is left once; its rail runs on for its notice (railEnd of getDeal).",
    next: deal(dealId),
  }),
  DealTermEndsFirst: (dealId, endEpoch) => ({
    what: `deal ${dealId} ends by itself at epoch ${endEpoch}`,
    why: "Its notice would run beyond that: leaving would only lock money for longer.",
    next: `npx hardhat deal settle ${dealId}: once it has ended`,
  }),
  DealCopyIsFaulty: (copyId) => ({
    what: `${copy(copyId).name} is reported faulty`,
    why: "A provider cannot leave while a fault is on record: recover the sector first, then have it refreshed.",
    next: `npx hardhat deal report ${copy(copyId).dealId} --copy ${copy(copyId).index}: it refreshes a sector that is Active again`,
  }),
  DealCopyNotActive: (copyId) => ({
    what: `${copy(copyId).name} is not active`,
    why: "Only a copy with a sector can be reported.",
    next: deal(copy(copyId).dealId),
  }),
  DealTooManyOpenProposals: (client, offerId, allowed) => ({
    what: `${client} has ${allowed} proposals open at offer ${offerId} already, which is all it allows`,
    why: "An offer bounds how many deals of one client wait for sealing.",
    next: `${PROPOSE}: with --exclude for this provider, or later when a proposal is sealed, declined or expired`,
  }),
  DealRateTooLow: (index, rate, least) => ({
    what: `piece ${index} would pay ${rate} units an epoch, less than ${least}`,
    why: "Below that the rounding of Filecoin Pay's fee would eat the payment: pieces must be larger, or the offer dearer.",
    next: "npx hardhat dataset pack <source> --out <folder> --piece-size <larger>",
  }),
  DealSealingWindowOutOfBounds: (window, least, greatest) => ({
    what: `a sealing window of ${window} epochs is not within ${least} to ${greatest}`,
    why: "The contract's bounds hold for every deal (getDealsParameters).",
    next: `${PROPOSE} --sealing-window ${window < least ? least : greatest}`,
  }),
  DealPieceCountOutOfBounds: (pieces, greatest) => ({
    what: `${pieces} pieces are not within 1 to ${greatest}`,
    why: "One deal has at most so many; a dataset may have several deals.",
    next: `${PROPOSE}: it splits the pieces over deals`,
  }),
  DealPieceInvalid: (index) => ({
    what: `piece ${index} is none`,
    why: "Its height or padding cannot be those of a piece with a payload.",
    next: "npx hardhat dataset verify <folder>",
  }),
  DealParameterOutOfBounds: (value, least, greatest) => ({
    what: `a deployment parameter is ${value}, not within ${least} to ${greatest}`,
    why: "The constructor of StorageDeals refuses what makes no sense.",
    next: "npx hardhat fil doctor: then correct deploy/parameters and deploy again",
  }),
  DealOfferClosed: (dealId, offerId) => ({
    what: `offer ${offerId}, which deal ${dealId} was made on, is closed`,
    why: "A client extends only on an offer that is open, in the deal's token. The provider can reopen it, or you place the data anew.",
    next: PROPOSE,
  }),
  DealExtensionTooLate: (dealId, latest) => ({
    what: `deal ${dealId} could be extended until epoch ${latest} only`,
    why: "An extension must come before the deal nears its end.",
    next: `${PROPOSE}: a new deal keeps the data`,
  }),
  DealExtensionOutOfBounds: (dealId, newEnd, least, greatest) => ({
    what: `deal ${dealId} cannot end at epoch ${newEnd}`,
    why: `Its new end must be within epoch ${least} to ${greatest}.`,
    next: `npx hardhat deal extend ${dealId} --until ${newEnd < least ? least : greatest}`,
  }),
  DealExtensionAboveRate: (dealId, rate, allowed) => ({
    what: `deal ${dealId} would be extended at ${token(rate)} a TiB and epoch, above ${token(allowed)}`,
    why: "A client extends only while the offer is no dearer than the deal; a provider only up to the client's cap.",
    next: `npx hardhat deal extend ${dealId} --auto-until <epoch> --rate-cap ${rate}: the client raises the cap, or proposes anew`,
  }),
  DealExtensionsExhausted: (dealId, greatest) => ({
    what: `deal ${dealId} was extended ${greatest} times already`,
    why: "That is all a deal allows.",
    next: `${PROPOSE}: a new deal keeps the data`,
  }),
  DealSectorNotExtended: (copyId, commitment, wanted) => ({
    what: `the sector of ${copy(copyId).name} is committed to epoch ${commitment} only, not to ${wanted}`,
    why: "The provider has to extend the sector before the deal, and it must be Active.",
    next: `${deal(copy(copyId).dealId)}: ask its provider to extend the sector, then extend the deal`,
  }),
  DealStillProposed: (dealId) => ({
    what: `a copy of deal ${dealId} is still proposed`,
    why: "A deal is extended once every copy is sealed, declined or expired.",
    next: deal(dealId),
  }),
  DealLocationsMissing: (dealId, given, wanted) => ({
    what: `deal ${dealId} has ${wanted} live copies, and ${given} locations were given`,
    why: "Each live copy's sector is looked at, in index order (lookAtSector).",
    next: `npx hardhat deal extend ${dealId} --until <epoch>: it looks at them itself`,
  }),
};

type OfferErrorName = Extract<KnownErrorName, `Offer${string}`>;

/** ProviderRegistry: offers. */
export const offerGuides: Guides<OfferErrorName> = {
  OfferUnknown: (offerId) => ({
    what: `there is no offer ${offerId}`,
    why: "Offers are numbered from 1.",
    next: OFFERS,
  }),
  OfferTermsOutOfBounds: (field, value, least, greatest) => ({
    what: `${field} of the offer is ${value}, not within ${least} to ${greatest}`,
    why: "The registry bounds every term of an offer (getRegistryParameters).",
    next: `npx hardhat provider offer --help: the option for ${field}`,
  }),
  OfferChanged: (offerId, named, current) => ({
    what: `offer ${offerId} is at version ${current}; the proposal named ${named}`,
    why: "Terms never change under a client: the current version has to be read and quoted again (getOffer).",
    next: `${PROPOSE}: it reads the offers anew`,
  }),
  OfferIsPaused: (offerId) => ({
    what: `offer ${offerId} is paused`,
    why: "Its provider takes no proposals now.",
    next: OFFERS,
  }),
  OfferExpired: (offerId, expiry) => ({
    what: `offer ${offerId} expired at epoch ${expiry}`,
    why: "Its provider has to revise it with a later expiry.",
    next: OFFERS,
  }),
  OfferPieceSizeOutOfBounds: (paddedSize, least, greatest) => ({
    what: `a piece of ${paddedSize} padded bytes is not within the offer's ${least} to ${greatest}`,
    why: "A provider seals only pieces of the sizes that it offers.",
    next: `npx hardhat dataset pack <source> --out <folder> --piece-size ${greatest}`,
  }),
  OfferDurationOutOfBounds: (duration, least, greatest) => ({
    what: `a duration of ${duration} epochs is not within the offer's ${least} to ${greatest}`,
    why: "Curio takes no deal below 518,400 epochs (180 days), and an offer may ask for more.",
    next: `${PROPOSE} --duration ${duration < least ? least : greatest}`,
  }),
  OfferCapacityExhausted: (offerId, free, wanted) => ({
    what: `offer ${offerId} has ${free} padded bytes free, wanted are ${wanted}`,
    why: "Its provider bounds what deals may hold at one time.",
    next: `${PROPOSE}: with --exclude for this provider`,
  }),
};
