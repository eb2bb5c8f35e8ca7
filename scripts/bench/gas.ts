/**
 * `npx node scripts/bench/gas.ts` (after `npm run build`): measures a deal's gas, and compares it with what was aimed at
 * and with the cheapest rival that is known: a DDO Diamond on Filecoin Pay, from allocation to first settlement.
 */
import { gas } from "../snapshots.ts";

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

const measured = (await gas(process.cwd())) as Record<string, number>;
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
for (const [name, value] of Object.entries(measured)) console.log(`${name}: ${value}`);
