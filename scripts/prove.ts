import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { FAULT_POINTS } from "@holdfast/watchers";
import { FINALITY, type KillRun, killRun } from "./prove/kill-run.ts";
import { compareWithFreshSync, measureRestart, readInEveryStyle } from "./prove/measures.ts";
import { table } from "./prove/table.ts";
import { openTown } from "./prove/town.ts";

/** How much is done: everything, or what fits into a minute. */
const FULL = {
  control: 20,
  kills: 80,
  payouts: 300,
  points: FAULT_POINTS,
  faulty: 12,
  faultyPayouts: 60,
  intents: 10_000,
};
const QUICK = {
  ...{ control: 8, kills: 12, payouts: 60, faulty: 3, faultyPayouts: 12, intents: 10_000 },
  points: ["persist:after", "broadcast:after", "final:before", "request:after"] as const,
};
const RESTART_MS = 2_000;
const HEAP_GROWTH_MB = 50;
const FAULT_RATE = 0.2;

/** Kills, starves, lies to and reorganises under the watchers' runtime, and counts on the chain what came of it. */
async function prove({ quick, seed }: { quick: boolean; seed: number }): Promise<boolean> {
  const size = quick ? QUICK : FULL;
  const folder = await mkdtemp(join(tmpdir(), "holdfast-prove-"));
  const rows: string[][] = [];
  const failed: string[] = [];
  const started = performance.now();
  const say = (text: string) =>
    console.log(`${String(Math.round((performance.now() - started) / 1000)).padStart(4)} s  ${text}`);
  const check = (name: string, holds: boolean, run: Partial<KillRun>, what: string) => {
    const figure = (value: number | undefined) => (value === undefined ? "" : String(value));
    const { kills, payouts, duplicates, missing } = run;
    rows.push([
      name,
      figure(kills),
      figure(payouts),
      figure(duplicates),
      figure(missing),
      what,
      holds ? "ok" : "FAILED",
    ]);
    if (!holds) failed.push(name);
    say(`${name}: ${holds ? "ok" : `FAILED ${JSON.stringify(run)}`}`);
  };
  const ways = {
    seed,
    epochMs: 20,
    nullRounds: 0.15,
    finality: FINALITY,
    reorgs: { every: 40, maxDepth: 5 },
  };
  const isExact = (run: KillRun) =>
    run.duplicates + run.missing + run.unsound + run.unreached.length + run.unhandled + run.unannounced ===
      0 && run.disagreements === 0;

  try {
    say(`seed ${seed}`);
    {
      // Nothing but the kills may be its undoing.
      await using town = await openTown({ seed, epochMs: 20, nullRounds: 0, finality: FINALITY });
      const kills = size.control;
      const orders = { script: "naive-payer", payouts: 3 * kills, kills, longestLifeMs: 800 } as const;
      const run = await killRun({ town, folder, seed, ...orders });
      check(
        "naive loop (control)",
        run.duplicates > 0,
        run,
        "must pay twice, else nothing here proves anything",
      );
    }
    {
      await using town = await openTown(ways);
      const { kills, payouts, points: faultPoints } = size;
      const run = await killRun({ town, folder, script: "payer", seed, payouts, kills, faultPoints });
      const dead = run.unreached.length === 0 ? "" : `; never reached ${run.unreached.join(", ")}`;
      const what = `${faultPoints.length} fault points x 2, ${run.unsound} unsound databases${dead}`;
      check("killed anywhere", isExact(run) && run.kills === kills + 2 * faultPoints.length, run, what);
      // What happens from now on the payer's database learns only when it is compared.
      town.ask(20);
      await sleep(1_000);
      await town.chain.mine(quick ? 300 : 1_500);
      await town.freeze();
      const { epochs, nullRounds, reorgs } = town.chain.lotus.counts();
      const { isEqual, lines, bytes } = await compareWithFreshSync(town, run.database, folder);
      const same = `export ${isEqual ? "=" : "≠"} fresh sync: ${lines} lines, ${bytes} bytes, ${reorgs} reorganisations`;
      check("reorganised", isEqual && reorgs > 0 && lines >= payouts, {}, same);
      const { events, faults } = await readInEveryStyle(town, folder);
      const read = `${nullRounds} of ${epochs} epochs, ${events} events in 3 client styles`;
      check("null rounds", faults.length === 0 && nullRounds > 0, {}, [read, ...faults].join("; "));
      const times = await measureRestart(town, folder, size.intents);
      const best = Math.min(...times);
      const all = times.map((ms) => Math.round(ms)).join(", ");
      check(
        "restart",
        best <= RESTART_MS,
        {},
        `${all} ms with ${size.intents} intents; at most ${RESTART_MS}`,
      );
    }
    {
      await using town = await openTown({ ...ways, seed: seed + 1 });
      const faults = { rate: FAULT_RATE, hangMs: 1_500 };
      const { faulty: kills, faultyPayouts: payouts } = size;
      const run = await killRun({ town, folder, script: "payer", seed: seed + 1, payouts, kills, faults });
      const what = `${FAULT_RATE * 100} % of requests struck, ${run.refusals} endpoints refused, ${run.unhandled} unhandled rejections`;
      check("faulty endpoints", isExact(run), run, what);
      const { first, last, rss } = run.memory;
      const grown = last - first;
      const memory = `heap ${first.toFixed(0)} to ${last.toFixed(0)} MB, at most ${HEAP_GROWTH_MB} more; RSS ${rss.toFixed(0)} MB`;
      check("memory", grown < HEAP_GROWTH_MB && first > 0, {}, memory);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`\n${table(["", "kills", "payouts", "duplicates", "missing", "", ""], rows)}\n`);
  console.log(
    failed.length === 0
      ? "All hold."
      : `Failed: ${failed.join(", ")}. Again: npm run prove -- --seed ${seed}`,
  );
  return failed.length === 0;
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, seed: { type: "string", default: "1" } },
});
const holds = await prove({ quick: values.quick, seed: Number(values.seed) });
process.exit(holds ? 0 : 1);
