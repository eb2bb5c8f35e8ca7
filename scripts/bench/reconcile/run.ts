/** One watcher on the chain that its argument (JSON) names, in a process of its own, so that its memory is nobody else's. */
import { readFileSync } from "node:fs";
import { delegatedSigner, devnet as devnetChain } from "@holdfast/sdk";
import {
  createChainClient,
  createDealsWatcher,
  createEndpoints,
  openWatcherDatabase,
  parseDealsConfig,
  type Step,
  systemClock,
} from "@holdfast/watchers";
import pino from "pino";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { benchPiece, DATASET } from "./piece.ts";

/** What the bench tells a run. */
export interface RunInput {
  rpcUrl: string;
  contracts: { deals: Address; registry: Address; evidence: Address; pay: Address };
  token: Address;
  multicall: Address | undefined;
  privateKey: Hex;
  deals: number;
  duration: string;
}

/** What a step took, counted on the wire. */
export interface StepCost {
  seconds: number;
  /** Of them those in which this process computed; in the others the chain did. */
  cpu: number;
  http: number;
  ethCalls: number;
  stateCalls: number;
}

export interface RunResult {
  first: StepCost;
  second: StepCost;
  active: number;
  looked: number;
  intents: number;
  /** MiB. */
  peak: number;
}

const input = JSON.parse(process.argv[2] as string) as RunInput;
const wire = { http: 0, ethCalls: 0, stateCalls: 0 };
const fetchOnWire = globalThis.fetch;
globalThis.fetch = (url, init) => {
  const body = String(init?.body);
  wire.http++;
  wire.ethCalls += body.split('"eth_call"').length - 1;
  wire.stateCalls += body.split('"Filecoin.StateCall"').length - 1;
  return fetchOnWire(url, init);
};

const logger = pino({ level: "error" }, pino.destination(2));
const { transport } = createEndpoints({
  ...{ urls: [input.rpcUrl], chain: devnetChain, timeoutMs: 120_000, clock: systemClock, logger },
});
const client = createChainClient({ chain: devnetChain, transport, multicall: input.multicall });
const db = await openWatcherDatabase(":memory:");
const watcher = await createDealsWatcher({
  config: parseDealsConfig({
    contracts: input.contracts,
    policy: {
      ...{ dataset: DATASET, copies: 1, token: input.token, maxRatePerTib: 10n ** 18n },
      pieces: Array.from({ length: input.deals }, (_, index) => ({
        cid: benchPiece(index).cid,
        urls: ["http://127.0.0.1/"],
      })),
      duration: input.duration,
    },
  }),
  ...{
    db,
    client,
    chainId: devnetChain.id,
    network: "testnet",
    account: privateKeyToAccount(input.privateKey),
  },
  ...{ signer: delegatedSigner(input.privateKey), clock: systemClock, logger },
});

async function step(): Promise<{ step: Step; cost: StepCost }> {
  const before = { ...wire };
  const start = performance.now();
  const startCpu = process.cpuUsage();
  const done = await watcher.step();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(startCpu);
  const { http, ethCalls, stateCalls } = wire;
  return {
    step: done,
    cost: {
      seconds,
      cpu: (user + system) / 1e6,
      http: http - before.http,
      ethCalls: ethCalls - before.ethCalls,
      stateCalls: stateCalls - before.stateCalls,
    },
  };
}

const first = await step();
const second = await step();
const copies = second.step.state.deals.flatMap((deal) => deal.copies);
const [, peakKb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const result: RunResult = {
  first: first.cost,
  second: second.cost,
  active: copies.filter(({ current }) => current === "Active").length,
  looked: copies.filter(({ look }) => look?.status === "Active").length,
  intents: first.step.intents.length + second.step.intents.length,
  peak: Number(peakKb) / 1024,
};
console.log(JSON.stringify(result));
await watcher.stop();
await db.destroy();
