import type { ActionClient, ReadOptions } from "../actions/action.ts";
import { type GetTaskReturnType, getTask } from "./get-task.ts";
import type { Job } from "./job.ts";

export interface GetTasksParameters extends ReadOptions {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. Default: all of them. */
  tasks?: readonly number[];
  /** How many are read at one time. Default 16. */
  concurrency?: number;
}

/** A task, and which one it is. */
export interface NumberedTask extends GetTaskReturnType {
  task: number;
}

/** A job's tasks, see `getTask`. @throws ActionError */
export async function getTasks(
  client: ActionClient,
  { job, tasks, concurrency = 16, ...options }: GetTasksParameters,
): Promise<NumberedTask[]> {
  const wanted = tasks ?? Array.from({ length: job.params.tasks }, (_, task) => task);
  const read: NumberedTask[] = [];
  for (let at = 0; at < wanted.length; at += concurrency) {
    const some = wanted.slice(at, at + concurrency).map(async (task) => ({
      task,
      ...(await getTask(client, { ...options, jobId: job.id, task })),
    }));
    read.push(...(await Promise.all(some)));
  }
  return read;
}
