import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface CancelTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  tasks: readonly number[];
}

const action = onEscrow.write("cancelOpen", ({ job, tasks }: CancelTasksParameters) => [job, tasks]);

/**
 * Takes back Open tasks that have no worker. Sent by the requester.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const cancelTasks = action.send;

/** {@link cancelTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const cancelTasksSync = action.sync;
export type CancelTasksSyncReturnType = Awaited<ReturnType<typeof cancelTasksSync>>;

/** The call of {@link cancelTasks}, to batch or to simulate. */
export const cancelTasksCall = action.call;

/** The TaskFinished of {@link cancelTasks} in a receipt, one per task. */
export const extractCancelTasksEvents = onEscrow.extractorOfAll("TaskFinished");
