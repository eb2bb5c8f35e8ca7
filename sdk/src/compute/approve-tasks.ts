import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface ApproveTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  tasks: readonly number[];
}

const action = onEscrow.write("approve", ({ job, tasks }: ApproveTasksParameters) => [job, tasks]);

/**
 * Accepts Submitted tasks at once, without audit. Sent by the requester.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const approveTasks = action.send;

/** {@link approveTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const approveTasksSync = action.sync;
export type ApproveTasksSyncReturnType = Awaited<ReturnType<typeof approveTasksSync>>;

/** The call of {@link approveTasks}, to batch or to simulate. */
export const approveTasksCall = action.call;

/** The TaskFinished of {@link approveTasks} in a receipt, one per task. */
export const extractApproveTasksEvents = onEscrow.extractorOfAll("TaskFinished");
