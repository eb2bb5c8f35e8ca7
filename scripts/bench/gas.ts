/**
 * `npx node scripts/bench/gas.ts` (after `npm run build`): a deal's whole life, every call of it; then entry points, compared
 * with what was aimed at and with the cheapest rival that is known: a DDO Diamond on Filecoin Pay, from allocation to
 * first settlement; then a compute task's whole life in each mode. EVM gas of whole transactions, on doubles of actors and of Filecoin Pay: not Filecoin gas.
 */
import { gasGroups } from "../snapshots.ts";

interface Row {
  what: string;
  measured: string;
  baselines: { name: string; value: number }[];
}

const FIRST = "deals: proposal to first settlement, ";
const ROWS: Row[] = [
  {
    what: "a client's first deal of 1 piece, all parties to the first settlement",
    measured: `${FIRST}1 piece, a piece`,
    baselines: [
      { name: "goal", value: 735_000 },
      { name: "rival", value: 1_048_000 },
    ],
  },
  {
    what: "the next deal of 1 piece",
    measured: `${FIRST}1 piece of a known client, a piece`,
    baselines: [
      { name: "goal", value: 735_000 },
      { name: "rival", value: 1_048_000 },
    ],
  },
  {
    what: "30 pieces in one sector, a piece",
    measured: `${FIRST}30 pieces, a piece`,
    baselines: [
      { name: "goal", value: 150_000 },
      { name: "rival", value: 702_000 },
    ],
  },
];

const COMPUTE_GOALS: Record<string, { goal: number; aim?: number }> = {
  // The aim is half of what the cheapest rival that checks anything needs.
  "Optimistic, alone": { goal: 450_000, aim: 273_000 },
  "Optimistic, in a batch of 10": { goal: 92_000 },
};

const { gas: measured = {}, life = {}, "compute life": computeLife = {} } = await gasGroups(process.cwd());

/** Scenario -> call -> figure, out of `scenario # call # figure`: what test/contracts/gas/DealLifeGas.t.sol counted. */
const lives: Record<string, Record<string, Record<string, number>>> = {};
for (const [name, value] of Object.entries(life)) {
  const [scenario, call, figure] = name.split(" # ");
  if (scenario === undefined || call === undefined || figure === undefined) continue;
  lives[scenario] ??= {};
  lives[scenario][call] ??= {};
  lives[scenario][call][figure] = value;
}

console.log("A year: refreshed every two days, settled every week.");
for (const [scenario, calls] of Object.entries(lives)) {
  const pieces = Number.parseInt(scenario, 10);
  const total = Object.values(calls).reduce((sum, figures) => sum + (figures.sum ?? 0), 0);
  console.log(`\n${scenario}`);
  const rows = Object.entries(calls)
    .sort(([, a], [, b]) => (a.times ?? 0) - (b.times ?? 0))
    .map(([call, { times = 0, least = 0, greatest = 0, sum = 0 }]) => ({
      ...{ call, times, least, greatest, sum, "a piece": Math.round(sum / pieces) },
      "% of all": Math.round((sum / total) * 1000) / 10,
    }));
  console.table(rows);
  console.log(
    `in all: ${total.toLocaleString("en")}, a piece ${Math.round(total / pieces).toLocaleString("en")}`,
  );
}
console.log();
for (const { what, measured: key, baselines } of ROWS) {
  const value = measured[key] as number;
  const ratios = baselines.map((baseline) => {
    const ratio = (value / baseline.value).toFixed(2);
    return `${ratio} of the ${baseline.name}'s ${baseline.value.toLocaleString("en")}`;
  });
  console.log(`${what}: ${value.toLocaleString("en")} EVM gas, ${ratios.join(", ")}`);
}
const [one, many] = ["after 1 fault", "after 10,000 faults"].map(
  (when) => measured[`deals: settlement ${when}`] as number,
);
console.log(
  `settlement after 10,000 faults and recoveries: ${many}, ${((many as number) / (one as number)).toFixed(2)} of after one`,
);

const tasks: Record<string, Record<string, number>> = {};
for (const [name, value] of Object.entries(computeLife)) {
  const [scenario = "", call = ""] = name.split(" # ");
  tasks[scenario] ??= {};
  tasks[scenario][call] = value;
}
console.log("\nA compute task's life, EVM gas a task:");
const CALLS = ["create", "accept", "submit", "attest", "seal", "open", "finalise", "withdraw", "in all"];
for (const [scenario, gas] of Object.entries(tasks)) Object.assign(gas, COMPUTE_GOALS[scenario]);
console.table(tasks, [...CALLS, "goal", "aim"]);
console.log();
for (const [name, value] of Object.entries(measured)) console.log(`${name}: ${value}`);
