import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface AcceptTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0; one slot of each. */
  tasks: readonly number[];
  /** That the worker is in the job's `workerRoot` (`workersTree`). Default: none, for a job open to everybody. */
  allowProof?: readonly Hex[];
  /** In the locality window: a live copy, at a provider of the worker's operator, of a piece that each of the tasks reads. */
  copyId?: bigint;
  /** That the tasks read that piece (`inputsTree`). */
  inputProof?: readonly Hex[];
}

const action = onEscrow.write(
  "accept",
  ({ job, tasks, allowProof = [], copyId = 0n, inputProof = [] }: AcceptTasksParameters) => [
    job,
    tasks,
    allowProof,
    copyId,
    inputProof,
  ],
);

/**
 * Takes a slot of each task for the sender, a registered worker that accepts both arbiters: at the price now, and with its free
 * stake locked. Fetch the inputs and try the job first: who accepts and does not deliver loses a quarter of the stake.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const acceptTasks = action.send;

/** {@link acceptTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const acceptTasksSync = action.sync;
export type AcceptTasksSyncReturnType = Awaited<ReturnType<typeof acceptTasksSync>>;

/** The call of {@link acceptTasks}, to batch or to simulate. */
export const acceptTasksCall = action.call;

/** The TaskAccepted of {@link acceptTasks} in a receipt, one per task. */
export const extractAcceptTasksEvents = onEscrow.extractorOfAll("TaskAccepted");
