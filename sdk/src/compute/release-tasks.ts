import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface ReleaseTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  tasks: readonly number[];
}

const action = onEscrow.write("release", ({ job, tasks }: ReleaseTasksParameters) => [job, tasks]);

/**
 * Gives slots back, within the first tenth of the exec window and before any seal: for 1/64 of the stake each, and the worker cannot
 * take the task again.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const releaseTasks = action.send;

/** {@link releaseTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const releaseTasksSync = action.sync;
export type ReleaseTasksSyncReturnType = Awaited<ReturnType<typeof releaseTasksSync>>;

/** The call of {@link releaseTasks}, to batch or to simulate. */
export const releaseTasksCall = action.call;

/** The TaskReleased of {@link releaseTasks} in a receipt, one per task. */
export const extractReleaseTasksEvents = onEscrow.extractorOfAll("TaskReleased");
