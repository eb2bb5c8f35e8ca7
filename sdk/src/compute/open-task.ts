import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import { type Job, resultOf, type TaskResult } from "./job.ts";

export interface OpenTaskParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** What was sealed. */
  result: TaskResult;
  /** With which salt. */
  salt: Hex;
  /** Where the result's bytes are found, at most 128 bytes. Default: nowhere. */
  dataCid?: Hex;
}

const action = onEscrow.write(
  "open",
  ({ job, task, result, salt, dataCid = "0x" }: OpenTaskParameters) => [
    job,
    task,
    resultOf(result),
    salt,
    dataCid,
  ],
  { event: "TaskOpened" },
);

/**
 * Opens the sender's seal, once all have sealed or the exec window is over.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const openTask = action.send;

/** {@link openTask}, waited for: the receipt, TaskOpened, and all that the contract told. @throws ActionError */
export const openTaskSync = action.sync;
export type OpenTaskSyncReturnType = Awaited<ReturnType<typeof openTaskSync>>;

/** The call of {@link openTask}, to batch or to simulate. */
export const openTaskCall = action.call;

/** The TaskOpened of {@link openTask} in a receipt. @throws EventMissingError */
export const extractOpenTaskEvent = action.extract;
