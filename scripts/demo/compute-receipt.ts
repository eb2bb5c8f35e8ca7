import {
  burnComputePenaltiesSync,
  cidOfDataCid,
  computeEscrowAbi,
  type FoundJob,
  getComputeCredit,
  getComputeNode,
  getSlot,
  getTask,
  type HoldfastClient,
  type JobSpec,
  jobCost,
  specCid,
  verifyTaskResult,
  withdrawComputeCreditSync,
} from "@holdfast/sdk";
import { type Account, type Address, formatEther, parseEventLogs, zeroAddress } from "viem";
import { DemoError } from "./flow.ts";
import { table } from "./receipt.ts";
import type { Stage } from "./stage.ts";

/** What became of a task. */
export interface TaskReceipt {
  task: number;
  state: string;
  /** From 0: above it, the task was reopened. */
  round: number;
  worker: string;
  root: string;
  /** FIL as decimal text. */
  price: string;
}

/** What somebody paid, earned and lost in a job. FIL as decimal text. */
export interface PayoutReceipt {
  who: string;
  /** Locked by the job, or staked as a bond. */
  paid: string;
  /** Withdrawn. */
  received: string;
  /** Of its stake. */
  slashed: string;
}

export interface JobReceipt {
  job: string;
  spec: string;
  tasks: TaskReceipt[];
  /** What the guests counted, all tasks together, as it stands in their results. */
  counts: { level: string; hours: number; lines: string }[];
  payouts: PayoutReceipt[];
  verified: true;
}

type Wallet = HoldfastClient<Account>;

/**
 * Fetches and verifies every task's result, has everybody withdraw, and checks that what was paid in came out again.
 * @throws DemoError
 */
export async function jobReceipt(
  stage: Stage,
  given: { job: FoundJob; spec: JobSpec; parties: Record<string, Wallet>; cheat: string },
): Promise<JobReceipt> {
  const { job, spec, parties, cheat } = given;
  const { devnet } = stage;
  const { client } = devnet.chain;
  const escrow = devnet.contracts.escrow;
  const reader = parties.requester as Wallet;
  const nameOf = (address: Address) =>
    Object.entries(parties).find(([, wallet]) => same(wallet.account.address, address))?.[0] ?? address;
  const events = parseEventLogs({
    abi: computeEscrowAbi,
    logs: await client.getLogs({ address: escrow, fromBlock: job.created }),
  });
  const tasks: TaskReceipt[] = [];
  const counts = new Map<string, bigint>();
  for (let task = 0; task < job.params.tasks; task++) {
    const { state, round, winner } = await getTask(reader, { address: escrow, jobId: job.id, task });
    if (state !== "Accepted") throw new DemoError(`Task ${task} ended as ${state}.`);
    const slot = await getSlot(reader, { address: escrow, jobId: job.id, task, slot: winner });
    const submitted = events.findLast(
      (event) => event.eventName === "TaskSubmitted" && event.args.task === task,
    );
    const [name, root] = [nameOf(slot.worker), slot.answer];
    if (name === cheat) throw new DemoError(`The cheat was paid for task ${task}.`);
    const dataCid =
      submitted?.eventName === "TaskSubmitted" ? cidOfDataCid(submitted.args.dataCid) : undefined;
    const registry = devnet.contracts.computeRegistry;
    const { endpoint } = await getComputeNode(reader, { address: registry, worker: slot.worker });
    const answer = await fetch(`${endpoint}/results/${dataCid}`);
    if (!answer.ok) throw new DemoError(`The result of task ${task} was not served: ${answer.status}.`);
    const car = new Uint8Array(await answer.arrayBuffer());
    const { manifests, files } = verifyTaskResult(car, { spec: specCid(spec), task, root });
    if (manifests.some(({ exit }) => exit !== 0)) throw new DemoError(`The guest of task ${task} failed.`);
    for (const { sha256 } of manifests.flatMap((shard) => shard.files.filter(isTable))) {
      addUp(counts, new TextDecoder().decode(files.get(sha256)));
    }
    tasks.push({ ...{ task, state, round, worker: name, root }, price: formatEther(slot.price) });
  }
  return {
    ...{ job: `${job.id}`, spec: specCid(spec), tasks, counts: countsOf(counts) },
    payouts: await payouts(stage, { ...given, events }),
    verified: true,
  };
}

const isTable = ({ path }: { path: string }) => path === "outputs/histogram.csv";

function addUp(counts: Map<string, bigint>, csv: string): void {
  for (const line of csv.trim().split("\n").slice(1)) {
    const at = line.lastIndexOf(",");
    const key = line.slice(0, at);
    counts.set(key, (counts.get(key) ?? 0n) + BigInt(line.slice(at + 1)));
  }
}

/** By level, over all hours. */
function countsOf(counts: Map<string, bigint>): JobReceipt["counts"] {
  const levels = new Map<string, { hours: number; lines: bigint }>();
  for (const [key, lines] of counts) {
    const level = key.slice(key.indexOf(",") + 1);
    const sum = levels.get(level) ?? { hours: 0, lines: 0n };
    levels.set(level, { hours: sum.hours + 1, lines: sum.lines + lines });
  }
  return [...levels].sort().map(([level, { hours, lines }]) => ({ level, hours, lines: `${lines}` }));
}

/** Has everybody withdraw; what came into the escrow must have gone out of it, to the last attoFIL. */
async function payouts(
  { devnet }: Stage,
  given: { job: FoundJob; parties: Record<string, Wallet>; cheat: string; events: ComputeEvents },
): Promise<PayoutReceipt[]> {
  const { job, parties, cheat, events } = given;
  const at = { address: devnet.contracts.escrow, token: zeroAddress };
  const rows: PayoutReceipt[] = [];
  const total = { paid: 0n, received: 0n, slashed: 0n };
  const add = (who: string, paid: bigint, received: bigint, slashed: bigint) => {
    total.paid += paid;
    total.received += received;
    total.slashed += slashed;
    rows.push({
      who,
      ...{ paid: formatEther(paid), received: formatEther(received), slashed: formatEther(slashed) },
    });
  };
  for (const [who, wallet] of Object.entries(parties)) {
    const { address } = wallet.account;
    const received = await getComputeCredit(wallet, { ...at, account: address });
    if (received > 0n) await devnet.hurry(withdrawComputeCreditSync(wallet, { ...at, to: address }));
    let [paid, slashed] = [same(job.requester, address) ? jobCost(job.params) : 0n, 0n];
    for (const { eventName, args } of events) {
      if (eventName === "TaskChallengeLocked" && same(args.challenger, address))
        paid += job.params.challengeBond;
      if (eventName === "TaskStakeSlashed" && same(args.worker, address)) slashed += args.lost;
    }
    if (slashed > 0n !== (who === cheat)) throw new DemoError(`${who} lost ${formatEther(slashed)} FIL.`);
    if (paid + received + slashed > 0n) add(who, paid, received, slashed);
  }
  const burnt = await getComputeCredit(parties.requester as Wallet, { ...at, account: BURNT });
  if (burnt > 0n) await devnet.hurry(burnComputePenaltiesSync(parties.requester as Wallet, at));
  add("burnt", 0n, burnt, 0n);
  const left = await devnet.chain.client.getBalance({ address: devnet.contracts.escrow });
  if (total.paid + total.slashed !== total.received || left !== 0n) {
    throw new DemoError(`Money was not conserved: ${formatEther(left)} FIL are left in the escrow.`);
  }
  add("sum", total.paid, total.received, total.slashed);
  return rows;
}

/** f099. */
const BURNT = "0xff00000000000000000000000000000000000063";

type ComputeEvents = ReturnType<typeof parseEventLogs<typeof computeEscrowAbi>>;

function same(one: Address, other: Address): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** As it is printed. */
export function jobText({ job, spec, tasks, counts, payouts }: JobReceipt): string {
  return [
    `A JOB OVER THE STORED DATASET (job ${job}, spec ${spec}; FIL)`,
    `${table(tasks.map(({ root, ...rest }) => ({ ...rest, root: `${root.slice(0, 10)}…` })))}\n`,
    "What its eight tasks counted: lines by level, and in how many hours they fall",
    `${table(counts)}\n`,
    "WHO PAID, WHO EARNED, WHO WAS SLASHED (paid + slashed = received)",
    `${table(payouts)}\n`,
  ].join("\n");
}
