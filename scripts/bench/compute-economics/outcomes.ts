/**
 * Who gains and loses what when a task of the compute escrow ends: the formulas of JobTerms.sol, ComputeEnds.sol and
 * ComputeSettlement.sol again, without chain or time. outcomes.test.ts compares them with the contracts' tests.
 */
import { leastStake as leastStakeOf } from "@holdfast/sdk";

const BPS = 10_000n;

/** What money depends on, in token units. Every slot is taken at `price`, which is at most the job's maxPrice. */
export interface Terms {
  readonly price: bigint;
  readonly stake: bigint;
  readonly arbiterFee: bigint;
  readonly challengeBond: bigint;
  readonly coordinatorBps: bigint;
  readonly auditBps: bigint;
  /** Equal roots that win, of `n` slots. */
  readonly m: number;
  readonly n: number;
}

/** The root that each slot's worker gave; undefined: it sat idle. */
export type Roots = readonly (string | undefined)[];

/** A challenge of the provisional root: the root that it named; undefined: locked and never named. */
export interface Challenge {
  readonly claim: string | undefined;
}

/** What each party has more than before. What stays locked for the next round counts as the requester's. */
export interface Outcome {
  readonly end: "accepted" | "settled" | "refunded" | "next round";
  readonly workers: bigint[];
  readonly requester: bigint;
  readonly challenger: bigint;
  readonly arbiter: bigint;
  readonly coordinator: bigint;
  readonly burnt: bigint;
}

/** Rulings that are no roots. */
export const WITHHELD = "WITHHELD";
export const NONDETERMINISTIC = "NONDETERMINISTIC";
export const INCOMPLETE = "INCOMPLETE";

/** The least stake that `createJob` takes: a quarter pays a ruling, and with audits alone a lie does not pay. */
export function leastStake({
  price,
  arbiterFee,
  auditBps,
  coordinatorBps = 0n,
}: Omit<Terms, "stake">): bigint {
  return leastStakeOf({
    maxPrice: price,
    arbiterFee,
    auditBps: Number(auditBps),
    coordinatorBps: Number(coordinatorBps),
  });
}

/** The least bond that `createJob` takes. */
export function leastBond({ price, arbiterFee }: Pick<Terms, "price" | "arbiterFee">): bigint {
  return arbiterFee + price / 10n;
}

/** The root that m slots agree on. */
export function provisionalOf(terms: Terms, roots: Roots): string | undefined {
  return roots.find((root) => root !== undefined && roots.filter((r) => r === root).length >= terms.m);
}

/** The window passed, undrawn and unchallenged, or the requester approved. */
export function accepted(terms: Terms, roots: Roots): Outcome {
  const root = provisionalOf(terms, roots);
  if (root === undefined) throw new Error("No root was given by m workers: only an arbiter ends this task.");
  return outcome(terms, roots, { end: "accepted", root });
}

/** Both arbiters were silent. Bonds return. */
export function silent(terms: Terms, roots: Roots): Outcome {
  const root = provisionalOf(terms, roots);
  return outcome(terms, roots, root === undefined ? { end: "settled" } : { end: "accepted", root });
}

/** The exec window passed with fewer than m roots: sealers first, then the requester; the rest burns. */
export function missed(terms: Terms, roots: Roots, rest: "refunded" | "next round"): Outcome {
  const loss = terms.stake / 4n;
  const idle = BigInt(roots.filter((root) => root === undefined).length);
  const sealers = BigInt(roots.length) - idle;
  const each = sealers === 0n ? 0n : least((loss * idle) / sealers, terms.price);
  const left = loss * idle - each * sealers;
  const toRequester = least(left, terms.price * idle);
  return {
    ...{ end: rest, challenger: 0n, arbiter: 0n, coordinator: 0n },
    workers: roots.map((root) => (root === undefined ? -loss : each)),
    requester: toRequester,
    burnt: left - toRequester,
  };
}

/** An unopened seal is a no-show, whatever follows: what it costs, and who gets it. Added to what ends the task. */
export function unopened(terms: Terms, roots: Roots): Pick<Outcome, "workers" | "requester" | "burnt"> {
  const loss = terms.stake / 4n;
  const idle = BigInt(roots.filter((root) => root === undefined).length);
  const requester = least(loss * idle, terms.price * idle);
  return {
    workers: roots.map((root) => (root === undefined ? -loss : 0n)),
    requester,
    burnt: loss * idle - requester,
  };
}

/** An arbiter ruled, after a challenge, or without one after a draw or a tie. */
export function ruled(terms: Terms, roots: Roots, ruling: string, challenge?: Challenge): Outcome {
  const { arbiterFee: fee } = terms;
  if (ruling === NONDETERMINISTIC || ruling === INCOMPLETE) {
    const bondPays = challenge !== undefined && challenge.claim === undefined;
    return outcome(terms, roots, {
      end: ruling === INCOMPLETE ? "refunded" : "settled",
      arbiter: fee,
      challenger: bondPays ? -fee : 0n,
      spent: bondPays ? 0n : fee,
    });
  }
  return judged(terms, roots, ruling, challenge);
}

function judged(terms: Terms, roots: Roots, ruling: string, challenge?: Challenge): Outcome {
  const { stake, price, arbiterFee: fee, challengeBond: bond } = terms;
  const provisional = provisionalOf(terms, roots);
  const slashes = roots.map((root) => {
    if (root === undefined || root === ruling) return 0n;
    return ruling === WITHHELD || root === provisional ? stake : stake / 4n;
  });
  const right = roots.filter((root) => root === ruling).length;
  let lost = slashes.reduce((sum, slash) => sum + slash, 0n);
  const prices = price * BigInt(slashes.filter((slash) => slash > 0n).length);
  let challenger = 0n;
  let spent = 0n;
  let toRight = 0n;
  if (challenge !== undefined && challenge.claim === ruling) {
    lost -= fee;
    challenger = least(2n * fee, lost);
    lost -= challenger;
  } else if (challenge !== undefined) {
    const stands = right > 0 && ruling === provisional;
    challenger = stands ? -bond : -fee;
    toRight = stands ? bond - fee : 0n;
  } else if (lost >= fee) lost -= fee;
  else spent = fee;
  const toRequester = least(prices, lost);
  const taken = { slashes, challenger, spent, toRight, toRequester, burnt: lost - toRequester, arbiter: fee };
  return outcome(
    terms,
    roots,
    right > 0 ? { ...taken, end: "accepted", root: ruling } : { ...taken, end: "next round" },
  );
}

interface End {
  readonly end: Outcome["end"];
  /** The root whose givers are paid; all who gave one are if the end is "settled". */
  readonly root?: string;
  readonly slashes?: bigint[];
  readonly challenger?: bigint;
  readonly arbiter?: bigint;
  /** Of the requester's lock on a ruling. */
  readonly spent?: bigint;
  /** What is left of a failed bond, for those that were right; the first gets what does not divide. */
  readonly toRight?: bigint;
  readonly toRequester?: bigint;
  readonly burnt?: bigint;
}

function outcome(terms: Terms, roots: Roots, end: End): Outcome {
  const pays = (root: string | undefined) =>
    root !== undefined && (end.end === "settled" || (end.end === "accepted" && root === end.root));
  const paid = BigInt(roots.filter(pays).length);
  const coordinator = end.end === "accepted" ? paid * ((terms.price * terms.coordinatorBps) / BPS) : 0n;
  const toRight = end.toRight ?? 0n;
  const each = paid === 0n ? 0n : toRight / paid;
  const first = roots.findIndex(pays);
  return {
    end: end.end,
    workers: roots.map((root, i) => {
      const slash = end.slashes?.[i] ?? 0n;
      if (!pays(root)) return -slash;
      return terms.price + (i === first ? toRight - each * (paid - 1n) : each);
    }),
    requester: (end.toRequester ?? 0n) - (end.spent ?? 0n) - paid * terms.price - coordinator,
    challenger: end.challenger ?? 0n,
    arbiter: end.arbiter ?? 0n,
    coordinator,
    burnt: end.burnt ?? 0n,
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
