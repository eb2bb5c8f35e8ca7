import type { Assessment } from "./assess.ts";
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
export function decide(state: State, policy: Policy, assessment: Assessment): Decision {
  const alerts: Alert[] = [];
  const pieces = new Map(policy.pieces.map((piece) => [piece.commitment, piece]));
  const intents: DealIntent[] = [
    ...state.deals.flatMap((deal) => reportFaults(state, policy, deal)),
    ...refreshEvidence(state, policy),
    ...state.deals.flatMap((deal) => submitCopies(state, policy, pieces, deal)),
    ...state.deals.flatMap((deal) => extendDeal(state, policy, deal)),
    ...state.deals.flatMap((deal) => followRail(state, policy, deal)),
    ...proposeMissing(state, policy, assessment, alerts),
    ...state.deals.flatMap((deal) => sampleCopies(state, policy, pieces, deal)),
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

/** The policy's pieces by their commitments. */
type Pieces = ReadonlyMap<string, PolicyPiece>;

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
    const oldestFirst = [...sectors.values()].sort((a, b) => Number(age(b) - age(a)));
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
function sampleCopies(state: State, policy: Policy, pieces: Pieces, deal: Deal): DealIntent[] {
  return live(deal).flatMap((copy): DealIntent[] => {
    const piece = pieces.get(copy.commitment);
    if (piece?.layer === undefined || copy.current !== "Active") return [];
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
function submitCopies(state: State, policy: Policy, pieces: Pieces, deal: Deal): DealIntent[] {
  return deal.copies.flatMap((copy): DealIntent[] => {
    const piece = pieces.get(copy.commitment);
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
      until: least(state.epoch + policy.silentAfter, sealBy),
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
  const reach = settlementReach(state, deal);
  const isOver = deal.railEnd !== 0n && isFinal && reach >= deal.railEnd;
  const isDue = isOver || reach >= deal.settledUpTo + policy.settleEvery;
  return isDue ? act("settle", `${deal.settledUpTo}`) : [];
}

/** How far a settlement gets now: each copy holds it back to where it is proven, W at most, until its end is. */
function settlementReach(state: State, deal: Deal): Epoch {
  const { epoch, parameters } = state;
  const until = deal.railEnd === 0n ? epoch : least(epoch, deal.railEnd);
  return deal.copies.reduce((reach, { stored, evidence, close }) => {
    const last = close === 0n ? lastOf(deal) : least(close, lastOf(deal));
    const isFree = stored !== "Active" && stored !== "Completed";
    if (isFree || evidence === undefined || evidence.provenUntil >= last) return reach;
    if (epoch > last + parameters.freshness) return reach;
    return least(reach, greatest(evidence.provenUntil, epoch - parameters.freshness));
  }, until);
}

/* PROPOSALS */

/** For every piece that has too few copies, the cheapest offers that the policy allows, distinct in provider and owner. */
function proposeMissing(state: State, policy: Policy, assessment: Assessment, alerts: Alert[]): DealIntent[] {
  if (policy.keepUntil !== undefined && state.epoch >= policy.keepUntil) return [];
  const holders = holdersOf(state, policy, assessment);
  const lacking = () => policy.pieces.filter(({ commitment }) => sizeOf(holders, commitment) < policy.copies);
  if (lacking().length === 0 || isBehindAProposal(state)) return [];
  if (assessment.paymentRefused !== undefined) {
    alerts.push({ kind: "payment-refused", message: `proposals are refused: ${assessment.paymentRefused}` });
    return [];
  }
  const offers = assessment.offers.map((offer) => ({ ...offer }));
  const intents: DealIntent[] = [];
  let available = state.account.available;
  for (let missing = lacking(); missing.length > 0; missing = lacking()) {
    const choice = cheapest(state, offers, missing, holders);
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
    intents.push(...proposal(state, policy, offer, pieces, slot));
  }
  return intents;
}

interface Holders {
  /** Providers that have, or will have, a copy that stays: with their owners. */
  counted: Map<bigint, bigint>;
  /** Providers that may have the piece, or get it yet, and so get no second copy. */
  occupied: Set<bigint>;
}

/** By the commitments of the policy's pieces. */
function holdersOf(state: State, policy: Policy, { hopeless }: Assessment): Map<string, Holders> {
  const holders = new Map<string, Holders>(
    policy.pieces.map(({ commitment }) => [commitment, { counted: new Map(), occupied: new Set() }]),
  );
  for (const deal of state.deals) {
    const last = lastOf(deal);
    const isLast = policy.keepUntil !== undefined && last >= policy.keepUntil;
    const ends = isLast ? last : last - policy.renewBefore;
    for (const copy of deal.copies) {
      const { counted, occupied } = holders.get(copy.commitment) ?? {};
      if (FINAL.has(copy.current) || copy.current === "None") continue;
      occupied?.add(deal.provider);
      const stays = state.epoch < ends && !hopeless.has(copy.copyId);
      if (stays && copy.look?.status !== "Dead") counted?.set(deal.provider, deal.owner);
    }
  }
  for (const { kind, payload } of state.open) {
    if (kind !== "propose") continue;
    for (const { commitment } of payload.pieces) {
      holders.get(commitment)?.counted.set(payload.provider, payload.owner);
    }
  }
  return holders;
}

/** Whether a node shows a past in which a proposal of ours is not on chain yet: it would be made and paid twice. */
function isBehindAProposal({ epoch, history }: State): boolean {
  return [...history].some(([of, past]) => of.startsWith("propose:") && (past.finishedEpoch ?? 0n) > epoch);
}

function cheapest(
  state: State,
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
): DealIntent[] {
  const { dataset, token, sealingWindow, duration } = policy;
  const { offerId, version, provider, owner } = offer;
  const set = pieces.map(({ cid }) => cid.slice(-8)).join(".");
  const subject = `propose:${dataset.slice(0, 10)}:${set}:${slot}`;
  const key = nextKey(state, policy, subject);
  const payload = { offerId, version, provider, owner, dataset, token, sealingWindow, duration, pieces };
  return key === undefined ? [] : [{ key, subject, kind: "propose", payload }];
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

function least(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a < b ? a : b;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
