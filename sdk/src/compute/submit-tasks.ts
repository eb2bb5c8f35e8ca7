import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import { type Job, resultOf, type TaskResult } from "./job.ts";

export interface SubmitTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** With the result of each; from 0. */
  results: readonly (TaskResult & { task: number })[];
  /** Where the results' bytes are found, at most 128 bytes. Default: nowhere. */
  dataCid?: Hex;
}

const action = onEscrow.write("submit", ({ job, results, dataCid = "0x" }: SubmitTasksParameters) => [
  job,
  results.map(({ task }) => task),
  results.map(resultOf),
  dataCid,
]);

/**
 * Submits the results of tasks that the sender has accepted; Optimistic and Attested. From then on it must be able to show the
 * inputs and the results' bytes until the tasks are final.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const submitTasks = action.send;

/** {@link submitTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const submitTasksSync = action.sync;
export type SubmitTasksSyncReturnType = Awaited<ReturnType<typeof submitTasksSync>>;

/** The call of {@link submitTasks}, to batch or to simulate. */
export const submitTasksCall = action.call;

/** The TaskSubmitted of {@link submitTasks} in a receipt, one per task. */
export const extractSubmitTasksEvents = onEscrow.extractorOfAll("TaskSubmitted");
