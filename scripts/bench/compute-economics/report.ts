import { leastBond, leastStake, type Terms } from "./outcomes.ts";
import { type Shares, STRATEGIES, sharesOf } from "./strategies.ts";

/** Standard errors that the Monte Carlo mean may be off: once in 16,000 rows by chance; the seed is fixed. */
const TOLERANCE = 4;
/** Share of the price that an honest run costs, in the table. The verdict takes 1, the worst. */
const COST = 0.5;

export interface Row {
  readonly strategy: string;
  /** In units of the price, with honest runs that cost half of it. */
  readonly expected: number;
  readonly simulated: number;
  /** Standard error of `simulated`. */
  readonly error: number;
  /** Against honest play that costs the whole price: what a cheat gains at worst. Absent where no term prevents it. */
  readonly worst?: number;
}

export interface Report {
  readonly name: string;
  readonly rows: Row[];
  readonly limits: Record<string, number>;
  readonly problems: string[];
}

/** Plays each strategy `runs` times, and says what is wrong with the terms or with the formulas. */
export function examine(name: string, terms: Terms, delay: number, runs: number, seed: number): Report {
  const problems: string[] = [];
  const least = leastStake(terms);
  if (terms.stake < least) problems.push(`createJob refuses a stake of ${terms.stake}: at least ${least}`);
  if (terms.challengeBond < leastBond(terms)) problems.push("createJob refuses the challenge's bond");
  const rows = STRATEGIES.map(({ strategy, under }, i): Row => {
    const played = under(terms);
    const shares = sharesOf(played);
    const expected = strategy.expected(shares, COST);
    const { mean, error } = simulate(runs, seed + i, (chance) => strategy.play(played, COST, chance));
    if (Math.abs(mean - expected) > TOLERANCE * error + 1e-9)
      problems.push(`${strategy.name}: simulated ${mean}, expected ${expected}, standard error ${error}`);
    const row = { strategy: strategy.name, expected, simulated: mean, error };
    if (!strategy.cheats) return row;
    const worst = strategy.expected(shares, 1);
    if (worst >= 0) problems.push(`${strategy.name}: gains ${worst} of the price over honest play`);
    return { ...row, worst };
  });
  return { name, rows, limits: limitsOf(sharesOf(terms), delay), problems };
}

/** Up to where honest play is the best reply; prices are 1. */
export function limitsOf({ q, stake, fee, bond }: Shares, delay: number): Record<string, number> {
  const loss = stake - 2 * fee;
  return {
    "least chance q to be caught: P / (P + S - 2F)": 1 / (1 + loss),
    "least stake S: P(1/q - 1) + 2F": 1 / q - 1 + 2 * fee,
    "most that a lie may save, C: q(P + S - 2F)": q * (1 + loss),
    "most silence of both arbiters: 1 - P / (q(P + S - 2F))": 1 - 1 / (q * (1 + loss)),
    "least stake S if the liar's Sybil copies the ruled root in the next round: P / q": 1 / q,
    "most of a coordinator's share that the worker may have: q(S - 2F) / (P(1 - q)) - 1":
      (q * loss) / (1 - q) - 1,
    "most often that a worker at cost P/2 may meet a colluding arbiter: (P - C) / (P - C + S)":
      (1 - COST) / (1 - COST + stake),
    "least share of lies at which checking all at cost P/2 pays a challenger: C / 2F": COST / (2 * fee),
    "what an epoch of delay by a false challenge costs: B / (20 + arbitration)": bond / delay,
  };
}

function simulate(runs: number, seed: number, play: (chance: () => number) => number) {
  const chance = seeded(seed);
  let sum = 0;
  let squares = 0;
  for (let run = 0; run < runs; run++) {
    const gain = play(chance);
    sum += gain;
    squares += gain * gain;
  }
  const mean = sum / runs;
  return { mean, error: Math.sqrt(Math.max(0, squares / runs - mean * mean) / runs) };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
