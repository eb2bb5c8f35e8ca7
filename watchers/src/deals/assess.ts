import type { Copy, Deal, Epoch, Offer, Policy, State } from "./state.ts";

/** What the state says of providers and their offers, before anything is decided. */
export interface Assessment {
  /** Copies that are only proposed and will come to nothing: since when we know. */
  hopeless: ReadonlyMap<bigint, Epoch>;
  /** Offers that the policy allows and that are not excluded now, best first. */
  offers: readonly Offer[];
  /** Why our own account keeps proposals from being made now; undefined if it does not. */
  paymentRefused: string | undefined;
}

/** Growth of exclusions stops after so many doublings. */
const MAX_DOUBLINGS = 8;

/** Pure, like `decide`, whose third argument it gives. */
export function assess(state: State, policy: Policy): Assessment {
  const hopelessCopies = new Map<bigint, Epoch>();
  for (const deal of state.deals) {
    for (const copy of deal.copies) {
      const since = hopeless(state, policy, deal, copy);
      if (since !== undefined) hopelessCopies.set(copy.copyId, since);
    }
  }
  const ours = state.failedProposals.filter(({ error }) => !isOfferError(error));
  const refused = state.epoch < refusedUntil(policy, ours);
  return {
    hopeless: hopelessCopies,
    offers: acceptableOffers(state, policy, exclusions(state, policy, hopelessCopies)),
    paymentRefused: refused ? ours.at(-1)?.error : undefined,
  };
}

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
function exclusions(
  state: State,
  policy: Policy,
  hopelessCopies: ReadonlyMap<bigint, Epoch>,
): Map<bigint, Epoch> {
  const strikes = new Map<bigint, Map<string, Epoch>>();
  const strike = (provider: bigint, what: string, epoch: Epoch) => {
    const known = strikes.get(provider) ?? new Map<string, Epoch>();
    strikes.set(provider, known.set(what, greatest(known.get(what) ?? 0n, epoch)));
  };
  for (const deal of state.deals) {
    for (const copy of deal.copies) {
      const given = hopelessCopies.get(copy.copyId);
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

/** By price, then by bond, then by age; only what the policy allows and is not excluded now. */
function acceptableOffers(state: State, policy: Policy, excluded: ReadonlyMap<bigint, Epoch>): Offer[] {
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

function doublings(count: number): bigint {
  return 1n << BigInt(Math.min(count, MAX_DOUBLINGS));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
