import {
  computeEscrowAbi,
  EPOCHS_PER_DAY,
  type FoundJob,
  getJobCount,
  getTasks,
  jobOf,
  type NumberedTask,
} from "@holdfast/sdk";
import type { Address } from "viem";
import { getContractEvents } from "viem/actions";
import type { CommonArguments } from "../../define.ts";
import { command } from "../../run/command.ts";
import type { Connection } from "../../run/connection.ts";
import { table } from "../../run/output.ts";
import { epochs, evmAddress } from "../../run/parse.ts";
import { inStage, type Tell } from "../../run/progress.ts";
import { type Currency, currencyOf } from "../currency.ts";

interface ListArguments extends CommonArguments {
  requester: string | undefined;
  since: string;
}

/** Of how many tasks the states are counted. */
const COUNTED = 64;

export default command<ListArguments>(async (args, context) => {
  const connection = await context.connect();
  const { client } = connection;
  const { escrow: address } = await connection.compute();
  const requester = args.requester === undefined ? undefined : evmAddress("--requester", args.requester);
  const time = await connection.time();
  const back = epochs("--since", args.since);
  const jobs = await inStage("Reading the escrow's jobs", async (tell) => {
    const found = await findJobs(connection, {
      address,
      requester,
      from: time.head - back,
      to: time.head,
      tell,
    });
    const listed: { job: FoundJob; currency: Currency; states: NumberedTask["state"][] }[] = [];
    for (const job of found) {
      tell(`job ${job.id}`);
      const some = Array.from({ length: Math.min(job.params.tasks, COUNTED) }, (_, task) => task);
      const tasks = await getTasks(client, { address, job, tasks: some });
      const currency = await currencyOf(connection, job.params.token);
      listed.push({ job, currency, states: tasks.map(({ state }) => state) });
    }
    return listed;
  });
  return {
    json: {
      jobs: jobs.map(({ job: { id, requester, created, params }, states }) => ({
        ...{ job: id, requester, created, tasks: params.tasks, states: countsOf(states), params },
      })),
    },
    text: table(
      jobs.map(({ job: { id, requester, created, params }, currency, states }) => ({
        ...{ job: id, requester, tasks: params.tasks, price: currency.text(params.maxPrice) },
        states: [
          ...Object.entries(countsOf(states)).map(([state, count]) => `${count} ${state}`),
          ...(params.tasks > COUNTED ? [`of the first ${COUNTED}`] : []),
        ].join(", "),
        "accepted by": time.text(created + BigInt(params.acceptEpochs)),
      })),
    ),
  };
});

interface Search {
  address: Address;
  requester: Address | undefined;
  from: bigint;
  to: bigint;
  tell: Tell;
}

/** Newest first, in ranges that any node allows, until the first job of all is found. */
async function findJobs(
  { client }: Connection,
  { address, requester, from, to, tell }: Search,
): Promise<FoundJob[]> {
  const jobs: FoundJob[] = [];
  if ((await getJobCount(client, { address })) === 0n) return jobs;
  const first = from > 0n ? from : 0n;
  for (let last = to; last >= first; last -= EPOCHS_PER_DAY) {
    const fromBlock = last - EPOCHS_PER_DAY + 1n > first ? last - EPOCHS_PER_DAY + 1n : first;
    tell(`epochs ${fromBlock} to ${last}`);
    const events = await getContractEvents(client, {
      ...{ address, abi: computeEscrowAbi, eventName: "ComputeJobCreated" as const, strict: true as const },
      ...{ fromBlock, toBlock: last, args: requester === undefined ? {} : { requester } },
    });
    const page = events.map((event) => jobOf(event as unknown as Parameters<typeof jobOf>[0]));
    jobs.push(...page.reverse());
    if (page.some(({ id }) => id === 1n)) break;
  }
  return jobs;
}

/** { Open: 2, Accepted: 1 } */
function countsOf(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
