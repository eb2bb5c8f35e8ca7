import { type FoundJob, getJob, getTasks, isFinalTask, type NumberedTask } from "@holdfast/sdk";
import type { CommonArguments, WriteArguments } from "../../define.ts";
import type { Context } from "../../run/command.ts";
import type { Connection } from "../../run/connection.ts";
import { whole } from "../../run/parse.ts";
import { inStage } from "../../run/progress.ts";
import { senderAddress } from "../../run/send.ts";
import { currencyOf } from "../currency.ts";
import { numbersOf } from "../numbers.ts";

export interface JobArguments extends CommonArguments {
  job: string;
  tasks?: string | undefined;
}

/** How many tasks one transaction takes. */
const BATCH = 32;

/** A job, those of its tasks that are named, and the time. */
export async function findJob(args: JobArguments, connection: Connection) {
  const jobId = whole("the job", args.job);
  const { client } = connection;
  const { escrow: address, computeRegistry } = await connection.compute();
  const { job, tasks, time } = await inStage(`Reading job ${jobId}`, async (tell) => {
    const job = await getJob(client, { address, jobId });
    const wanted = numbersOf("--tasks", args.tasks, job.params.tasks);
    tell(`${wanted.length} tasks`);
    const [tasks, time] = await Promise.all([
      getTasks(client, { address, job, tasks: wanted }),
      connection.time(),
    ]);
    return { job, tasks, time };
  });
  const currency = await currencyOf(connection, job.params.token);
  return { jobId, job, tasks, time, currency, escrow: { address }, registry: { address: computeRegistry } };
}

/** What every task that changes a job begins with. */
export async function openJob(args: WriteArguments & JobArguments, context: Context) {
  const connection = await context.connect();
  const { address, sender } = await senderAddress(args, connection);
  const found = await findJob(args, connection);
  return { ...found, run: { context, connection, sender, address } };
}

/** Tasks in as many lots as there are transactions. */
export function lotsOf(tasks: readonly { task: number }[]): number[][] {
  const numbers = tasks.map(({ task }) => task);
  const lots: number[][] = [];
  for (let at = 0; at < numbers.length; at += BATCH) lots.push(numbers.slice(at, at + BATCH));
  return lots;
}

/** "tasks 0, 1, 2" */
export function tasksText(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? "task" : "tasks"} ${numbers.join(", ")}`;
}

/**
 * The last epoch before somebody may poke a task on; undefined if time alone changes nothing. An Open task's clock runs from
 * its job's creation, or from when it was opened again.
 */
export function deadlineOf(
  { created, params }: Pick<FoundJob, "created" | "params">,
  { state, since, deadline, held }: NumberedTask,
): bigint | undefined {
  if (state === "Open") return (since === 0n ? created : since) + BigInt(params.acceptEpochs);
  if (isFinalTask(state)) return state === "Accepted" && held ? deadline : undefined;
  return deadline;
}

/** Whether a poke would do something in the epoch after `head`. */
export function isDue(job: FoundJob, task: NumberedTask, head: bigint): boolean {
  if (task.state === "Revealing" && task.openedSlots === task.sealedSlots) return true;
  const deadline = deadlineOf(job, task);
  return deadline !== undefined && head > deadline;
}
