/**
 * How a watcher with many deals fares: `node scripts/bench/reconcile.ts [deals ...]` (default 1000 2500 5000 10000).
 * A devnet gets so many active deals of one piece, by real proposals and notifications (minutes, printed apart); then a
 * watcher that knows nothing reads, looks and decides, twice, in a process of its own.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { type DealsChain, startDealsChain } from "./reconcile/deals-chain.ts";
import type { RunInput, RunResult } from "./reconcile/run.ts";

const RUN = fileURLToPath(new URL("./reconcile/run.ts", import.meta.url));
/** What keeps V8 from taking memory that it could do without. */
const HEAP = ["--max-old-space-size=320", "--max-semi-space-size=8"];
const GOAL = { deals: 10_000, seconds: 30, callsPer1000: 10, mib: 500 };
const { positionals } = parseArgs({ allowPositionals: true });
const sizes = positionals.length > 0 ? positionals.map(Number) : [1000, 2500, 5000, 10_000];

const chain = await startDealsChain();
const rows: Record<string, number>[] = [];
try {
  for (const deals of sizes.sort((a, b) => a - b)) {
    const start = performance.now();
    await chain.grow(deals);
    const prepared = (performance.now() - start) / 1000;
    const { first, second, active, looked, intents, peak } = await run(chain, deals);
    if (active !== deals || looked !== deals || intents !== 0) {
      throw new Error(`${active} of ${deals} deals active, ${looked} looked at, ${intents} intents`);
    }
    const row = {
      deals,
      "first s": round(first.seconds),
      "of it watcher s": round(first.cpu),
      "next s": round(second.seconds),
      "ms a deal": round((first.seconds * 1000) / deals),
      "HTTP per 1000": round((first.http * 1000) / deals),
      "eth_call per 1000": round((first.ethCalls * 1000) / deals),
      "StateCall per 1000": round((first.stateCalls * 1000) / deals),
      "next eth_call": second.ethCalls,
      "peak MiB": round(peak),
      "chain made in s": round(prepared),
    };
    console.log(row);
    rows.push(row);
  }
  console.table(rows);
  console.log(
    `goal at ${GOAL.deals} deals: ${GOAL.seconds} s, ${GOAL.callsPer1000} calls per 1,000 deals, ${GOAL.mib} MiB`,
  );
} finally {
  await chain.stop();
}

async function run({ devnet, multicall }: DealsChain, deals: number): Promise<RunResult> {
  const { deals: market, registry, evidence, pay, usdfc } = devnet.contracts;
  const input: RunInput = {
    ...{
      rpcUrl: devnet.rpcUrl,
      contracts: { deals: market, registry, evidence, pay },
      token: usdfc,
      multicall,
    },
    ...{ privateKey: devnet.accounts.client.privateKey, deals },
    duration: devnet.parameters.minDuration.toString(),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [...HEAP, RUN, JSON.stringify(input)]);
  return JSON.parse(stdout) as RunResult;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
