/**
 * Whether honest play is the best reply in the compute escrow, and where it stops being so:
 * `node scripts/bench/compute-economics.ts [--json] [--terms demo] [--stake 6] [--audit-bps 2000] [--runs N] [--seed N]`.
 * Each strategy's gain in closed form and by Monte Carlo over the contract's formulas. Nobody but the audit looks: watchers
 * that challenge only make lies dearer. Exits 1 if a cheat gains, or if the two ways to count disagree.
 */
import { parseArgs } from "node:util";
import { parseEther } from "viem";
import { examine, type Report } from "./compute-economics/report.ts";
import { DEFAULTS } from "./compute-economics/terms.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    terms: { type: "string" },
    stake: { type: "string" },
    "audit-bps": { type: "string" },
    runs: { type: "string" },
    seed: { type: "string" },
  },
});
const runs = Number(values.runs ?? 200_000);
const seed = Number(values.seed ?? 1);

const names = values.terms === undefined ? Object.keys(DEFAULTS) : [values.terms];
const reports = names.map((name) => {
  const defaults = DEFAULTS[name];
  if (defaults === undefined)
    throw new Error(`No terms "${name}": one of ${Object.keys(DEFAULTS).join(", ")}`);
  const { delay, ...terms } = defaults;
  const stake = values.stake === undefined ? terms.stake : parseEther(values.stake);
  const auditBps = BigInt(values["audit-bps"] ?? terms.auditBps);
  return examine(name, { ...terms, stake, auditBps }, delay, runs, seed);
});

if (values.json) console.log(JSON.stringify({ runs, seed, reports }, null, 2));
else for (const report of reports) print(report);
if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = 1;

function print({ name, rows, limits, problems }: Report): void {
  console.log(`\n${name}: gains in units of the price, ${runs} runs, seed ${seed}`);
  console.table(
    rows.map(({ strategy, expected, simulated, error, worst }) => ({
      strategy,
      expected: round(expected),
      simulated: `${round(simulated)} ± ${round(error)}`,
      "over honest play, at worst": worst === undefined ? "" : round(worst),
    })),
  );
  for (const [limit, value] of Object.entries(limits)) console.log(`${round(value)}  ${limit}`);
  for (const problem of problems) console.log(`WRONG: ${problem}`);
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
