import {
  accepted,
  missed,
  type Outcome,
  type Roots,
  ruled,
  silent,
  type Terms,
  unopened,
} from "./outcomes.ts";

const RIGHT = "right";
const LIE = "lie";

/** A way to play one task, and what it gains its side, in units of the price. The side bears `cost` for each honest run. */
export interface Strategy {
  readonly name: string;
  /** Against the rules: it must lose, or honest play is not the best reply. */
  readonly cheats: boolean;
  /** In closed form. */
  readonly expected: (terms: Shares, cost: number) => number;
  /** One task, by the contract's formulas. `chance`: numbers from 0 to 1. */
  readonly play: (terms: Terms, cost: number, chance: () => number) => number;
}

/** The terms in units of the price. */
export interface Shares {
  readonly q: number;
  readonly stake: number;
  readonly fee: number;
  readonly bond: number;
  readonly m: number;
  readonly n: number;
}

export function sharesOf(terms: Terms): Shares {
  const { m, n } = terms;
  const share = (amount: bigint) => inPrices(terms, amount);
  return {
    ...{ m, n, q: Number(terms.auditBps) / 10_000 },
    ...{ stake: share(terms.stake), fee: share(terms.arbiterFee), bond: share(terms.challengeBond) },
  };
}

/** Gain of a lie that nobody but the audit catches. */
function lieGain({ q, stake }: Shares): number {
  return 1 - q - q * stake;
}

/** Strategies of one worker, with m = n = 1. */
const ALONE: Strategy[] = [
  {
    name: "honest",
    cheats: false,
    expected: (_, cost) => 1 - cost,
    play: (terms, cost, chance) => worker(terms, audited(terms, [RIGHT], chance)) - cost,
  },
  ...[0.1, 0.5, 1].map(lazy),
  {
    name: "lies; names the right root itself when it is drawn, for the challenger's reward",
    cheats: true,
    expected: (s) => lieGain(s) + s.q * 2 * s.fee,
    play(terms, _cost, chance) {
      if (!drawn(terms, chance)) return worker(terms, accepted(terms, [LIE]));
      const end = ruled(terms, [LIE], RIGHT, { claim: RIGHT });
      return worker(terms, end) + inPrices(terms, end.challenger);
    },
  },
  {
    name: "lies; when it is drawn its Sybil copies the ruled root in the next round",
    cheats: true,
    expected: (s) => lieGain(s) + s.q,
    play(terms, _cost, chance) {
      if (!drawn(terms, chance)) return worker(terms, accepted(terms, [LIE]));
      return worker(terms, ruled(terms, [LIE], RIGHT)) + worker(terms, audited(terms, [RIGHT], chance));
    },
  },
  {
    name: "accepts and sits",
    cheats: true,
    expected: ({ stake }) => -stake / 4,
    play: (terms) => worker(terms, missed(terms, [undefined], "next round")),
  },
  {
    name: "challenges a right result",
    cheats: true,
    expected: ({ bond }) => -bond,
    play: (terms) => inPrices(terms, ruled(terms, [RIGHT], RIGHT, { claim: LIE }).challenger),
  },
  {
    name: "the same, with the worker on its side",
    cheats: true,
    expected: ({ fee }) => -fee,
    play(terms) {
      const end = ruled(terms, [RIGHT], RIGHT, { claim: LIE });
      return inPrices(terms, end.challenger) + worker(terms, end) - 1;
    },
  },
];

/** Strategies in a quorum of m of n, the other slots honest. */
const QUORUM: Strategy[] = [
  {
    name: "quorum: m Sybils lie alike",
    cheats: true,
    expected: (s) => s.m * lieGain(s) + s.q * 2 * s.fee,
    play: (terms, _cost, chance) => sybils(terms, terms.m, chance),
  },
  {
    name: "quorum: n Sybils lie alike",
    cheats: true,
    expected: (s) => s.n * lieGain(s) + s.q * 2 * s.fee,
    play: (terms, _cost, chance) => sybils(terms, terms.n, chance),
  },
  {
    name: "quorum: one lies alone",
    cheats: true,
    expected: ({ q, stake }) => (-q * stake) / 4,
    play: (terms, _cost, chance) => worker(terms, audited(terms, fill(terms, LIE, 1), chance)),
  },
  {
    name: "quorum: copies a seal, which it cannot open",
    cheats: true,
    expected: ({ stake }) => -stake / 4,
    play: (terms) => inPrices(terms, unopened(terms, fill(terms, undefined, 1)).workers[0] ?? 0n),
  },
];

/** What these terms do not prevent: the requester chose the arbiters and the audits, and the worker took the job. */
const COLLUSION: Strategy[] = [
  {
    name: "requester, arbiter and challenger together take a stake, and save the price",
    cheats: false,
    expected: ({ fee }) => 2 + 3 * fee,
    play(terms) {
      const end = ruled(terms, [RIGHT], LIE, { claim: LIE });
      return 1 + inPrices(terms, end.requester + end.arbiter + end.challenger);
    },
  },
  {
    name: "worker and arbiter together: a lie that is drawn is ruled right",
    cheats: false,
    expected: ({ q, fee }) => 1 + q * fee,
    play(terms, _cost, chance) {
      if (!drawn(terms, chance)) return worker(terms, accepted(terms, [LIE]));
      const end = ruled(terms, [LIE], LIE);
      return worker(terms, end) + inPrices(terms, end.arbiter);
    },
  },
  {
    name: "lies, and both arbiters are silent",
    cheats: false,
    expected: () => 1,
    play: (terms, _cost, chance) =>
      worker(terms, drawn(terms, chance) ? silent(terms, [LIE]) : accepted(terms, [LIE])),
  },
  {
    name: "lies where there are no audits and nobody looks",
    cheats: false,
    expected: () => 1,
    play: (terms) => worker(terms, accepted(terms, [LIE])),
  },
  {
    name: "copies a ruled root in the next round: a right result, without work",
    cheats: false,
    expected: () => 1,
    play: (terms, _cost, chance) => worker(terms, audited(terms, [RIGHT], chance)),
  },
];

/** Each with the terms that it is played under. */
export const STRATEGIES: { strategy: Strategy; under: (terms: Terms) => Terms }[] = [
  ...[...ALONE, ...COLLUSION].map((strategy) => ({
    strategy,
    under: (terms: Terms) => ({ ...terms, m: 1, n: 1 }),
  })),
  ...QUORUM.map((strategy) => ({ strategy, under: (terms: Terms) => terms })),
];

function lazy(chanceToLie: number): Strategy {
  return {
    name: chanceToLie === 1 ? "lies always" : `lies ${chanceToLie * 100} % of the time`,
    cheats: true,
    expected: (s, cost) => chanceToLie * lieGain(s) + (1 - chanceToLie) * (1 - cost),
    play(terms, cost, chance) {
      const lies = chance() < chanceToLie;
      return worker(terms, audited(terms, [lies ? LIE : RIGHT], chance)) - (lies ? 0 : cost);
    },
  };
}

/** `count` of one hand lie alike; when they are drawn, one of them names the right root. */
function sybils(terms: Terms, count: number, chance: () => number): number {
  const roots = fill(terms, LIE, count);
  const gain = ({ workers }: Outcome) => workers.slice(0, count).reduce((sum, move) => sum + move, 0n);
  if (!drawn(terms, chance)) return inPrices(terms, gain(accepted(terms, roots)));
  const end = ruled(terms, roots, RIGHT, { claim: RIGHT });
  return inPrices(terms, gain(end) + end.challenger);
}

/** The first `count` slots give `root`, the others the right one. */
function fill({ n }: Terms, root: string | undefined, count: number): Roots {
  return Array.from({ length: n }, (_, i) => (i < count ? root : RIGHT));
}

function audited(terms: Terms, roots: Roots, chance: () => number): Outcome {
  return drawn(terms, chance) ? ruled(terms, roots, RIGHT) : accepted(terms, roots);
}

function drawn({ auditBps }: Terms, chance: () => number): boolean {
  return Math.floor(chance() * 10_000) < Number(auditBps);
}

function worker(terms: Terms, { workers }: Outcome): number {
  return inPrices(terms, workers[0] ?? 0n);
}

function inPrices({ price }: Terms, amount: bigint): number {
  return Number((amount * 1_000_000_000_000n) / price) / 1e12;
}
