import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { FAULT_POINTS } from "@holdfast/watchers";
import { FINALITY, type KillRun, killRun } from "./prove/kill-run.ts";
import { compareWithFreshSync, measureBirths, measureRestart, readInEveryStyle } from "./prove/measures.ts";
import { createReport, type Report } from "./prove/report.ts";
import { openTown } from "./prove/town.ts";

/** How much is done. */
interface Size {
  /** Kills of the naive loop. */
  control: number;
  births: number;
  kills: number;
  payouts: number;
  faultPoints: readonly string[];
  /** Kills and payouts while endpoints are faulty. */
  faultyKills: number;
  faultyPayouts: number;
  /** Epochs that pass at the end, for what reads them all. */
  epochs: number;
}

/** Where to and what with. */
interface Scene {
  report: Report;
  folder: string;
  seed: number;
  size: Size;
}

const FULL: Size = {
  ...{ control: 20, births: 20, kills: 80, payouts: 300, faultPoints: FAULT_POINTS },
  ...{ faultyKills: 12, faultyPayouts: 60, epochs: 1_500 },
};
const QUICK: Size = {
  ...{ control: 8, births: 4, kills: 12, payouts: 60, faultyKills: 3, faultyPayouts: 12, epochs: 300 },
  faultPoints: ["persist:after", "broadcast:after", "final:before", "request:after"],
};
const EPOCH_MS = 20;
const NULL_ROUNDS = 0.15;
const REORGS = { every: 40, maxDepth: 5 };
const FAULT_RATE = 0.2;
const RESTART_INTENTS = 10_000;
const RESTART_MS = 2_000;
const HEAP_GROWTH_MB = 50;

const ways = (seed: number) => ({
  ...{ seed, epochMs: EPOCH_MS, nullRounds: NULL_ROUNDS, finality: FINALITY, reorgs: REORGS },
});

/** Each payout once, everything told, every database sound; and the intents say what the chain says. */
function isExact({
  duplicates,
  missing,
  unsound,
  unreached,
  unhandled,
  unannounced,
  disagreements,
}: KillRun) {
  return duplicates + missing + unsound + unreached.length + unhandled + unannounced + disagreements === 0;
}

/** Nothing but the kills may be its undoing. */
async function control({ report, folder, seed, size }: Scene): Promise<void> {
  await using town = await openTown({ seed, epochMs: EPOCH_MS, nullRounds: 0, finality: FINALITY });
  const orders = { script: "naive-payer", payouts: 3 * size.control, longestLifeMs: 800 } as const;
  const run = await killRun({ town, folder, seed, kills: size.control, ...orders });
  report.check(
    "naive loop (control)",
    run.duplicates > 0,
    "must pay twice, else nothing here proves anything",
    run,
  );
}

async function kills({ report, folder, seed, size }: Scene): Promise<void> {
  const { payouts, faultPoints } = size;
  await using town = await openTown(ways(seed));
  const run = await killRun({ town, folder, script: "payer", seed, payouts, kills: size.kills, faultPoints });
  const dead = run.unreached.length === 0 ? "" : `; never reached ${run.unreached.join(", ")}`;
  const kinds = `${faultPoints.length} fault points x 2, ${run.unsound} unsound databases`;
  const odd = `${run.disagreements} intents and ${run.unannounced} announcements that do not agree${dead}`;
  const isWhole = isExact(run) && run.kills === size.kills + 2 * faultPoints.length;
  report.check("killed anywhere", isWhole, `${kinds}, ${odd}`, run);

  // What happens from now on the payer's database learns only when it is compared.
  town.ask(20);
  await sleep(1_000);
  await town.chain.mine(size.epochs);
  await town.freeze();
  const { epochs, nullRounds, reorgs } = town.chain.lotus.counts();
  await report.attempt("reorganised", async () => {
    const { isEqual, lines, bytes } = await compareWithFreshSync(town, run.database, folder);
    const what = `${reorgs} times; export ${isEqual ? "=" : "≠"} fresh sync, ${lines} lines, ${bytes} bytes`;
    report.check("reorganised", isEqual && reorgs > 0 && lines >= payouts, what);
  });
  await report.attempt("null rounds", async () => {
    const { events, faults } = await readInEveryStyle(town, folder);
    const what = `${nullRounds} of ${epochs} epochs, ${events} events in 3 client styles`;
    report.check("null rounds", faults.length === 0 && nullRounds > 0, [what, ...faults].join("; "));
  });
  await report.attempt("restart", async () => {
    const times = (await measureRestart(town, folder, RESTART_INTENTS)).map((ms) => Math.round(ms));
    const what = `${times.join(", ")} ms with ${RESTART_INTENTS} intents, at most ${RESTART_MS}`;
    report.check("restart", Math.min(...times) <= RESTART_MS, what);
  });
  await report.attempt("killed at birth", async () => {
    const sound = await measureBirths(town, folder, seed, size.births);
    const what = `${sound} of ${size.births} databases usable after it`;
    report.check("killed at birth", sound === size.births, what, { kills: size.births });
  });
}

async function faults({ report, folder, seed, size }: Scene): Promise<void> {
  await using town = await openTown(ways(seed + 1));
  const run = await killRun({
    ...{
      town,
      folder,
      script: "payer",
      seed: seed + 1,
      payouts: size.faultyPayouts,
      kills: size.faultyKills,
    },
    faults: { rate: FAULT_RATE, hangMs: 1_500 },
  });
  const struck = `${run.struck} requests struck in ${run.kinds} ways, ${run.unhandled} unhandled rejections`;
  report.check("faulty endpoints", isExact(run) && run.struck > 0, struck, run);
  const { first, last, rss } = run.memory;
  const heap = `heap ${first.toFixed(0)} to ${last.toFixed(0)} MB, at most ${HEAP_GROWTH_MB} more`;
  report.check("memory", first > 0 && last - first < HEAP_GROWTH_MB, `${heap}; RSS ${rss.toFixed(0)} MB`);
}

/** Kills, starves, lies to and reorganises under the watchers' runtime, and counts on the chain what came of it. */
async function prove(quick: boolean, seed: number): Promise<boolean> {
  const report = createReport();
  const folder = await mkdtemp(join(tmpdir(), "holdfast-prove-"));
  const scene: Scene = { report, folder, seed, size: quick ? QUICK : FULL };
  for (const part of [control, kills, faults]) await report.attempt(part.name, () => part(scene));
  await rm(folder, { recursive: true, force: true });
  const again = `npm run prove -- --seed ${seed}${quick ? " --quick" : ""}`;
  const { failed } = report;
  console.log(`\n${report.table()}\n`);
  console.log(failed.length === 0 ? "All hold." : `Failed: ${failed.join(", ")}. Again: ${again}`);
  return failed.length === 0;
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, seed: { type: "string", default: "1" } },
});
process.exit((await prove(values.quick, Number(values.seed))) ? 0 : 1);
