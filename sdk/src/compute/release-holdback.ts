import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface ReleaseHoldbackParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** A live copy of exactly the result's piece, with `holdbackTermEpochs` before it. */
  copyId: bigint;
}

const action = onEscrow.write(
  "releaseHoldback",
  ({ job, task, copyId }: ReleaseHoldbackParameters) => [job, task, copyId],
  { event: "TaskHoldbackReleased" },
);

/**
 * Has the share paid that waits for a deal on the result. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const releaseHoldback = action.send;

/** {@link releaseHoldback}, waited for: the receipt, TaskHoldbackReleased, and all that the contract told. @throws ActionError */
export const releaseHoldbackSync = action.sync;
export type ReleaseHoldbackSyncReturnType = Awaited<ReturnType<typeof releaseHoldbackSync>>;

/** The call of {@link releaseHoldback}, to batch or to simulate. */
export const releaseHoldbackCall = action.call;

/** The TaskHoldbackReleased of {@link releaseHoldback} in a receipt. @throws EventMissingError */
export const extractReleaseHoldbackEvent = action.extract;
