import type {
  Alert,
  Copy,
  Deal,
  DealIntent,
  Decision,
  Epoch,
  Offer,
  Policy,
  PolicyPiece,
  ProposePayload,
  State,
} from "./state.ts";

const FINAL: ReadonlySet<string> = new Set(["Expired", "Failed", "Completed"]);
/** Most sectors in one refresh: each is a call to the miner actor. */
const REFRESH_BATCH = 32;
/** Growth of exclusions and waits stops after so many doublings. */
const MAX_DOUBLINGS = 8;

/**
 * What to do now, from what the chain, the providers and our own records say. Pure: the same state gives the same
 * intents with the same keys, and a state in which all is well gives none.
 */
export function decide(state: State, policy: Policy): Decision {
  const alerts: Alert[] = [];
  const intents: DealIntent[] = [
    ...state.deals.flatMap((deal) => reportFaults(state, policy, deal)),
    ...refreshEvidence(state, policy),
    ...state.deals.flatMap((deal) => submitCopies(state, policy, deal)),
    ...state.deals.flatMap((deal) => extendDeal(state, policy, deal)),
    ...state.deals.flatMap((deal) => followRail(state, policy, deal)),
    ...proposeMissing(state, policy, alerts),
    ...state.deals.flatMap((deal) => sampleCopies(state, policy, deal)),
  ];
  const runway = state.account.fundedUntil - state.epoch;
  if (
    runway < policy.minRunway &&
    state.deals.some(({ copies }) => copies.some((copy) => !FINAL.has(copy.current)))
  ) {
    alerts.push({
      kind: "runway",
      message: `the account in Filecoin Pay is funded for ${runway} more epochs`,
    });
  }
  return { intents, alerts };
}

/** The key of the next attempt at `subject`; undefined while one is under way or the last was too recent. */
function nextKey(state: State, policy: Policy, subject: string): string | undefined {
  const past = state.history.get(subject);
  if (past === undefined) return `${subject}:1`;
  const wait = policy.retryAfter * doublings(past.failures);
  if (past.open || state.epoch < (past.finishedEpoch ?? 0n) + wait) return undefined;
  return `${subject}:${past.attempts + 1}`;
}

/** The last epoch for which the copies of a deal are paid. */
function lastOf(deal: Deal): Epoch {
  return deal.railEnd !== 0n && deal.railEnd < deal.endEpoch ? deal.railEnd : deal.endEpoch;
}

function live(deal: Deal): Copy[] {
  return deal.copies.filter(({ stored, current }) => stored === "Active" && !FINAL.has(current));
}

/* EVIDENCE */

/** The miner says Faulty or Dead: on record at once, then often enough that the chain of reports does not break. */
function reportFaults(state: State, policy: Policy, deal: Deal): DealIntent[] {
  const seen = new Set<bigint>();
  return live(deal).flatMap((copy): DealIntent[] => {
    const { look, evidence, sector, copyId } = copy;
    if (look === undefined || evidence === undefined || look.status === "Active" || seen.has(sector))
      return [];
    seen.add(sector);
    if (evidence.last === "Dead" || evidence.failed || state.epoch < reportDue(state, policy, copy))
      return [];
    const subject = `report:${deal.provider}:${sector}:${evidence.lastReport}`;
    const key = nextKey(state, policy, subject);
    return key === undefined
      ? []
      : [{ key, subject, kind: "report", payload: { copyId, location: look.location } }];
  });
}

function reportDue(state: State, policy: Policy, { look, evidence }: Copy): Epoch {
  if (look?.status === "Dead" || evidence === undefined || evidence.last !== "Faulty") return state.epoch;
  const { chainGap, grace } = state.parameters;
  // Before the gap is up, with a step to spare; and as soon as the chain is long enough to fail the sector.
  const beforeGap = evidence.lastReport + (chainGap * 4n) / 5n - policy.pollEvery;
  return least(beforeGap, evidence.chainStart + grace);
}

/** The miner says Active: before 0.8 W has passed, in as few calls as there are miners. */
function refreshEvidence(state: State, policy: Policy): DealIntent[] {
  const { freshness } = state.parameters;
  const underWay = new Set(
    state.open.flatMap(({ kind, payload }) =>
      kind === "refresh" ? payload.sectors.map((sector) => `${payload.miner}:${sector}`) : [],
    ),
  );
  const byMiner = new Map<bigint, Map<bigint, Copy>>();
  for (const deal of state.deals) {
    for (const copy of live(deal)) {
      if (copy.look?.status !== "Active" || underWay.has(`${deal.provider}:${copy.sector}`)) continue;
      const sectors = byMiner.get(deal.provider) ?? new Map<bigint, Copy>();
      byMiner.set(deal.provider, sectors.set(copy.sector, copy));
    }
  }
  return [...byMiner].flatMap(([miner, sectors]): DealIntent[] => {
    const age = (copy: Copy) => state.epoch - (copy.evidence?.provenUntil ?? state.epoch);
    const recovered = (copy: Copy) => copy.evidence?.last === "Faulty";
    const due = (copy: Copy) => recovered(copy) || age(copy) + policy.pollEvery >= (freshness * 4n) / 5n;
    const oldestFirst = [...sectors.values()].sort((a, b) => compare(age(b), age(a)));
    if (!oldestFirst.some(due)) return [];
    const chosen = [
      ...oldestFirst.filter(due),
      ...oldestFirst.filter((copy) => !due(copy) && age(copy) >= freshness / 2n),
    ].slice(0, REFRESH_BATCH);
    const first = chosen[0] as Copy;
    const subject = `refresh:${miner}:${first.sector}:${first.evidence?.provenUntil}`;
    const key = nextKey(state, policy, subject);
    if (key === undefined) return [];
    const payload = {
      miner,
      sectors: chosen.map(({ sector }) => sector),
      locations: chosen.map(({ look }) => look?.location as `0x${string}`),
    };
    return [{ key, subject, kind: "refresh", payload }];
  });
}

/** Bytes of live copies, drawn at random, are fetched and checked now and then. */
function sampleCopies(state: State, policy: Policy, deal: Deal): DealIntent[] {
  return live(deal).flatMap((copy): DealIntent[] => {
    const piece = policy.pieces.find(({ commitment }) => commitment === copy.commitment);
    if (piece === undefined || copy.current !== "Active") return [];
    const since = copy.sampledEpoch ?? copy.activation;
    if (state.epoch < since + policy.sampleEvery) return [];
    const subject = `sample:${copy.copyId}:${since}`;
    const key = nextKey(state, policy, subject);
    const { provider, endpoint } = deal;
    if (key === undefined) return [];
    const payload = { copyId: copy.copyId, provider, endpoint, pieceCid: piece.cid };
    return [{ key, subject, kind: "sample", payload }];
  });
}

/* DEALS */

/** The provider hears of a proposal from us: once, under an id that is stored before. */
function submitCopies(state: State, policy: Policy, deal: Deal): DealIntent[] {
  return deal.copies.flatMap((copy): DealIntent[] => {
    const piece = policy.pieces.find(({ commitment }) => commitment === copy.commitment);
    const subject = `submit:${copy.copyId}`;
    const isDue = copy.current === "Proposed" && deal.departure === "None" && state.epoch < deal.sealBy;
    if (!isDue || piece === undefined || copy.submission !== undefined || state.history.has(subject))
      return [];
    const { provider, endpoint, sealBy, endEpoch } = deal;
    const payload = {
      copyId: copy.copyId,
      provider,
      endpoint,
      pieceCid: piece.cid,
      sealBy,
      duration: endEpoch - sealBy,
    };
    return [{ key: `${subject}:1`, subject, kind: "submit", payload }];
  });
}

/** Without resealing and at the same price, as far as the sectors reach. */
function extendDeal(state: State, policy: Policy, deal: Deal): DealIntent[] {
  const { extensionLead, maxExtension, maxExtensions } = state.parameters;
  const offer = state.offers.find(({ offerId }) => offerId === deal.offerId);
  const copies = live(deal);
  const isWanted = policy.keepUntil === undefined || deal.endEpoch < policy.keepUntil;
  const isTime =
    state.epoch >= deal.endEpoch - 2n * policy.renewBefore && state.epoch + extensionLead <= deal.endEpoch;
  const isHealthy =
    copies.length > 0 &&
    copies.every(({ current, look }) => current === "Active" && look?.status === "Active") &&
    deal.copies.every(({ stored }) => stored !== "Proposed");
  const isOpen = offer !== undefined && !offer.paused && offer.expiry >= state.epoch;
  if (!isWanted || !isTime || !isHealthy || !isOpen || offer.ratePerTib > deal.ratePerTib) return [];
  if (deal.departure !== "None" || deal.extensions >= maxExtensions) return [];
  const furthest = deal.endEpoch + least(policy.duration, maxExtension);
  const newEnd = copies.reduce(
    (end, { look }) => least(end, look?.expiration ?? 0n),
    least(furthest, policy.keepUntil),
  );
  // Not worth one of the two extensions if a successor were due again at once.
  if (newEnd < deal.endEpoch + policy.renewBefore && newEnd !== policy.keepUntil) return [];
  const subject = `extend:${deal.dealId}:${deal.endEpoch}`;
  const key = nextKey(state, policy, subject);
  const locations = copies.map(({ look }) => look?.location as `0x${string}`);
  return key === undefined
    ? []
    : [{ key, subject, kind: "extend", payload: { dealId: deal.dealId, newEnd, locations } }];
}

/** Ended copies are ended on chain too, the rail follows, and what is proven is paid now and then. */
function followRail(state: State, policy: Policy, deal: Deal): DealIntent[] {
  const { dealId, departure } = deal;
  const act = (kind: "poke" | "settle", why: string): DealIntent[] => {
    const subject = `${kind}:${dealId}:${why}`;
    const key = nextKey(state, policy, subject);
    return key === undefined ? [] : [{ key, subject, kind, payload: { dealId } }];
  };
  const ended = deal.copies.filter(({ stored, current }) => FINAL.has(current) && !FINAL.has(stored));
  if (ended.length > 0)
    return act("poke", ended.map(({ copyId, current }) => `${copyId}-${current}`).join("."));
  const isFinal = deal.copies.every(({ stored }) => FINAL.has(stored));
  if (isFinal && departure === "None") return act("poke", "close");
  if (departure === "None" && state.epoch > deal.sealBy && deal.period > deal.notice)
    return act("poke", "period");
  if (departure === "None" && deal.rateStale) return act("poke", "rate");
  if (deal.settledUpTo === undefined) return [];
  const proven = live(deal).map(({ evidence }) => evidence?.provenUntil ?? 0n);
  const reach = [...proven, ...(deal.railEnd === 0n ? [] : [deal.railEnd])].reduce(least, state.epoch);
  const isOver = deal.railEnd !== 0n && state.epoch > deal.railEnd && isFinal;
  const isDue = reach >= deal.settledUpTo + policy.settleEvery || (isOver && reach >= deal.settledUpTo);
  return isDue ? act("settle", `${deal.settledUpTo}`) : [];
}

/* PROPOSALS */

/** Why a copy that is only proposed will come to nothing, and since when we know. */
function hopeless(state: State, policy: Policy, deal: Deal, copy: Copy): Epoch | undefined {
  if (copy.current !== "Proposed") return undefined;
  const submit = state.history.get(`submit:${copy.copyId}`);
  if (submit?.error !== undefined) return submit.finishedEpoch ?? state.epoch;
  if (deal.departure !== "None") return state.epoch;
  const { submission } = copy;
  if (submission?.status === "failed") return submission.sinceEpoch;
  // The chain has the last word: what is said to be complete and is not there counts as silence.
  const heard = submission?.status === "complete" ? submission.sinceEpoch : submission?.heardEpoch;
  const silentSince = (heard ?? deal.sealBy - policy.sealingWindow) + policy.silentAfter;
  return state.epoch > silentSince ? silentSince : undefined;
}

/** When each provider last disappointed, once per deal and kind; the count makes the exclusion longer. */
function exclusions(state: State, policy: Policy): Map<bigint, Epoch> {
  const strikes = new Map<bigint, Map<string, Epoch>>();
  const strike = (provider: bigint, what: string, epoch: Epoch) => {
    const known = strikes.get(provider) ?? new Map<string, Epoch>();
    strikes.set(provider, known.set(what, greatest(known.get(what) ?? 0n, epoch)));
  };
  for (const deal of state.deals) {
    for (const copy of deal.copies) {
      const given = hopeless(state, policy, deal, copy);
      if (given !== undefined) strike(deal.provider, `${deal.dealId} hopeless`, given);
      if (copy.current === "Expired")
        strike(deal.provider, `${deal.dealId} expired`, copy.close || deal.sealBy);
      if (copy.current === "Failed")
        strike(deal.provider, `${deal.dealId} failed`, copy.evidence?.failedAt ?? copy.close);
      for (const epoch of copy.sampleFailures) strike(deal.provider, `${copy.copyId} sample ${epoch}`, epoch);
    }
  }
  const until = new Map<bigint, Epoch>();
  for (const [provider, known] of strikes) {
    const last = [...known.values()].reduce(greatest, 0n);
    until.set(provider, last + policy.exclusion * doublings(known.size - 1));
  }
  return until;
}

/** Whose fault a refused proposal was: the errors of our contracts speak of the offer, those of others of our account. */
function isOfferError(error: string): boolean {
  return /^(Offer|Provider|Deal)/.test(error);
}

/** Epoch up to which refused proposals (of one offer, or all that our own account caused) are not repeated. */
function refusedUntil(policy: Policy, refused: readonly { epoch: Epoch }[]): Epoch {
  if (refused.length === 0) return 0n;
  const last = refused.map(({ epoch }) => epoch).reduce(greatest, 0n);
  return last + policy.retryAfter * doublings(refused.length - 1);
}

/** For every piece that has too few copies, the cheapest offers that the policy allows, distinct in provider and owner. */
function proposeMissing(state: State, policy: Policy, alerts: Alert[]): DealIntent[] {
  if (policy.keepUntil !== undefined && state.epoch >= policy.keepUntil) return [];
  const ours = state.failedProposals.filter(({ error }) => !isOfferError(error));
  const holders = new Map(
    policy.pieces.map(({ commitment }) => [commitment, holdersOf(state, policy, commitment)]),
  );
  const lacking = () => policy.pieces.filter(({ commitment }) => sizeOf(holders, commitment) < policy.copies);
  if (lacking().length === 0) return [];
  if (state.epoch < refusedUntil(policy, ours)) {
    alerts.push({ kind: "payment-refused", message: `proposals are refused: ${ours.at(-1)?.error}` });
    return [];
  }
  const offers = acceptableOffers(state, policy).map((offer) => ({ ...offer }));
  const intents: DealIntent[] = [];
  let available = state.account.available;
  for (let missing = lacking(); missing.length > 0; missing = lacking()) {
    const choice = cheapest(state, policy, offers, missing, holders);
    if (choice === undefined) {
      alerts.push({
        kind: "no-offer",
        message: `no offer fits ${missing.length} pieces that have too few copies`,
      });
      break;
    }
    const { offer, pieces } = choice;
    const cost = costOf(policy, offer, pieces);
    if (cost > available) {
      alerts.push({
        kind: "funds",
        message: `a proposal to provider ${offer.provider} needs ${cost}, free are ${available}`,
      });
      break;
    }
    available -= cost;
    offer.openProposals += 1n;
    const slot = Math.min(...pieces.map(({ commitment }) => sizeOf(holders, commitment)));
    for (const { commitment, paddedSize } of pieces) {
      holders.get(commitment)?.counted.set(offer.provider, offer.owner);
      offer.freeBytes -= paddedSize;
      offer.freeBond -= shareOf(offer.bondPerTib, paddedSize);
    }
    intents.push(proposal(state, policy, offer, pieces, slot));
  }
  return intents;
}

interface Holders {
  /** Providers that have, or will have, a copy that stays: with their owners. */
  counted: Map<bigint, bigint>;
  /** Providers that may have the piece, or get it yet, and so get no second copy. */
  occupied: Set<bigint>;
}

function holdersOf(state: State, policy: Policy, commitment: string): Holders {
  const counted = new Map<bigint, bigint>();
  const occupied = new Set<bigint>();
  for (const deal of state.deals) {
    for (const copy of deal.copies) {
      if (copy.commitment !== commitment || FINAL.has(copy.current) || copy.current === "None") continue;
      occupied.add(deal.provider);
      const last = lastOf(deal);
      const ends =
        policy.keepUntil !== undefined && last >= policy.keepUntil ? last : last - policy.renewBefore;
      const stays = state.epoch < ends && hopeless(state, policy, deal, copy) === undefined;
      if (stays && copy.look?.status !== "Dead") counted.set(deal.provider, deal.owner);
    }
  }
  for (const { kind, payload } of state.open) {
    if (kind !== "propose" || !payload.pieces.some((piece) => piece.commitment === commitment)) continue;
    counted.set(payload.provider, payload.owner);
  }
  return { counted, occupied };
}

/** By price, then by bond, then by age; only what the policy allows and is not excluded now. */
function acceptableOffers(state: State, policy: Policy): Offer[] {
  const excluded = exclusions(state, policy);
  const allowed = (offer: Offer) =>
    !offer.paused &&
    offer.token.toLowerCase() === policy.token.toLowerCase() &&
    offer.expiry >= state.epoch &&
    offer.ratePerTib <= policy.maxRatePerTib &&
    offer.bondPerTib >= policy.minBondPerTib &&
    offer.minDuration <= policy.duration &&
    offer.maxDuration >= policy.duration &&
    (policy.allow?.includes(offer.provider) ?? true) &&
    !policy.deny.includes(offer.provider) &&
    (policy.regions?.includes(offer.region) ?? true) &&
    state.epoch >= (excluded.get(offer.provider) ?? 0n) &&
    state.epoch >= refusedUntil(policy, refusalsOf(state, offer));
  return state.offers
    .filter(allowed)
    .sort(
      (a, b) =>
        compare(a.ratePerTib, b.ratePerTib) ||
        compare(b.bondPerTib, a.bondPerTib) ||
        compare(a.offerId, b.offerId),
    );
}

function refusalsOf(state: State, { offerId }: Offer) {
  return state.failedProposals.filter((failed) => failed.offerId === offerId && isOfferError(failed.error));
}

function cheapest(
  state: State,
  policy: Policy,
  offers: readonly Offer[],
  missing: readonly PolicyPiece[],
  holders: ReadonlyMap<string, Holders>,
): { offer: Offer; pieces: PolicyPiece[] } | undefined {
  for (const offer of offers) {
    if (offer.openProposals >= offer.maxOpenProposals) continue;
    let { freeBytes, freeBond } = offer;
    const pieces = missing.filter(({ commitment, paddedSize }) => {
      const { counted, occupied } = holders.get(commitment) as Holders;
      const bond = shareOf(offer.bondPerTib, paddedSize);
      const isDistinct =
        !occupied.has(offer.provider) &&
        !counted.has(offer.provider) &&
        ![...counted.values()].includes(offer.owner);
      const isBig =
        paddedSize >= offer.minPieceSize && shareOf(offer.ratePerTib, paddedSize) >= state.parameters.minRate;
      if (!isDistinct || !isBig || paddedSize > offer.maxPieceSize) return false;
      if (paddedSize > freeBytes || bond > freeBond) return false;
      freeBytes -= paddedSize;
      freeBond -= bond;
      return true;
    });
    if (pieces.length > 0) return { offer, pieces: pieces.slice(0, state.parameters.maxPieces) };
  }
  return undefined;
}

function proposal(
  state: State,
  policy: Policy,
  offer: Offer,
  pieces: PolicyPiece[],
  slot: number,
): DealIntent {
  const { dataset, sealingWindow, duration } = policy;
  const { offerId, version, provider, owner } = offer;
  const set = pieces.map(({ cid }) => cid.slice(-8)).join(".");
  const subject = `propose:${dataset.slice(0, 10)}:${set}:${slot}`;
  const attempt = (state.history.get(subject)?.attempts ?? 0) + 1;
  const payload: ProposePayload = {
    offerId,
    version,
    provider,
    owner,
    dataset,
    sealingWindow,
    duration,
    pieces,
  };
  return { key: `${subject}:${attempt}`, subject, kind: "propose", payload };
}

/** What Filecoin Pay locks for a proposal, and takes at once. */
function costOf(policy: Policy, offer: Offer, pieces: readonly PolicyPiece[]): bigint {
  const rate = pieces.reduce((sum, { paddedSize }) => sum + shareOf(offer.ratePerTib, paddedSize), 0n);
  return rate * (offer.notice + policy.sealingWindow + offer.exitFeeEpochs + offer.reservationFeeEpochs);
}

/* ARITHMETIC */

/** As the registry reckons: what a copy takes of an amount per TiB, rounded up. */
function shareOf(perTib: bigint, paddedSize: bigint): bigint {
  return (perTib * paddedSize + (1n << 40n) - 1n) >> 40n;
}

function sizeOf(holders: ReadonlyMap<string, Holders>, commitment: string): number {
  return holders.get(commitment)?.counted.size ?? 0;
}

function doublings(count: number): bigint {
  return 1n << BigInt(Math.min(count, MAX_DOUBLINGS));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function least(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a < b ? a : b;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
