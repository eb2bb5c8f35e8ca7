import { leastStake } from "@holdfast/sdk";
import { MODES, type Terms } from "./records.ts";

/** Terms out of a few numbers, with amounts that do not divide; some with one field that is wrong. */
export function termsOf(picks: readonly number[]): Terms {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = picks;
  const mode = MODES[a % 3]!;
  const maxPrice = 1_000n + BigInt(b % 9_001);
  const arbiterFee = BigInt(c % 301);
  const auditBps = [0, 0, 2_000, 5_000, 10_000][d % 5]!;
  const coordinatorBps = [0, 777, 10_000][e % 3]!;
  const stake = leastStake({ maxPrice, arbiterFee, auditBps, coordinatorBps }) + BigInt(e % 1_000);
  const n = mode === "Quorum" ? 2 + (e % 3) : 1;
  const isLocal = f % 4 === 0;
  const holds = c % 3 === 0;
  const execEpochs = 10 + (d % 21);
  const acceptEpochs = 25 + (e % 30);
  const terms: Terms = {
    ...{ mode, maxPrice, arbiterFee, auditBps, stake, n, execEpochs, acceptEpochs, isLocal },
    token: f % 2 === 0 ? "coin" : "fil",
    minPrice: BigInt(c) % (maxPrice + 1n),
    rampEpochs: b % (acceptEpochs + 1),
    challengeBond: arbiterFee + maxPrice / 10n + BigInt(f % 500),
    tasks: 1 + (f % 3),
    shardsPerTask: 1 + (b % 256),
    m: mode === "Quorum" ? Math.floor(n / 2) + 1 + (b % (n - Math.floor(n / 2))) : 1,
    maxRounds: 1 + (b % 3),
    holdbackBps: holds ? [1_234, 10_000][b % 2]! : 0,
    coordinatorBps,
    localEpochs: isLocal ? 8 : 0,
    revealEpochs: mode === "Quorum" ? 12 : 0,
    attestEpochs: mode === "Attested" ? 1 + (b % 14) : 0,
    challengeEpochs: 1 + (c % 25),
    arbitrationEpochs: 3 * execEpochs + 60,
    holdbackEpochs: holds ? 40 : 0,
    holdbackTermEpochs: 30,
    isAllowList: d % 11 === 0,
    k: 1 + (c % 3),
  };
  const [field, wrong] = WRONG[(f >> 8) % (12 * WRONG.length)] ?? [];
  return field === undefined ? terms : { ...terms, ...wrong!(terms), invalid: field };
}

const WRONG: [field: string, wrong: (terms: Terms) => Partial<Terms>][] = [
  ["tasks", () => ({ tasks: 0 })],
  ["shardsPerTask", () => ({ shardsPerTask: 257 })],
  ["maxRounds", () => ({ maxRounds: 9 })],
  ["maxPrice", () => ({ maxPrice: 0n, minPrice: 0n })],
  ["minPrice", ({ maxPrice }) => ({ minPrice: maxPrice + 1n })],
  ["stake", ({ arbiterFee }) => ({ stake: arbiterFee === 0n ? 0n : 4n * arbiterFee - 1n })],
  ["challengeBond", ({ challengeBond }) => ({ challengeBond: challengeBond - 501n })],
  ["m", ({ n }) => ({ m: n + 1 })],
  ["acceptEpochs", () => ({ acceptEpochs: 0 })],
  ["execEpochs", () => ({ execEpochs: (1 << 24) + 1 })],
  ["rampEpochs", ({ acceptEpochs }) => ({ rampEpochs: acceptEpochs + 1 })],
  ["arbitrationEpochs", ({ arbitrationEpochs }) => ({ arbitrationEpochs: arbitrationEpochs - 1 })],
  ["holdbackBps", () => ({ holdbackBps: 10_001 })],
  ["holdbackEpochs", ({ holdbackEpochs }) => ({ holdbackEpochs: holdbackEpochs === 0 ? 1 : 0 })],
];
