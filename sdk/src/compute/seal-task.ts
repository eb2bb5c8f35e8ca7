import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface SealTaskParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** `sealOf` the round, worker, result and a secret salt. */
  seal: Hex;
}

const action = onEscrow.write("seal", ({ job, task, seal }: SealTaskParameters) => [job, task, seal], {
  event: "TaskSealed",
});

/**
 * Seals the result of a Quorum task that the sender has accepted. Keep the salt: who does not open its seal is a no-show.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const sealTask = action.send;

/** {@link sealTask}, waited for: the receipt, TaskSealed, and all that the contract told. @throws ActionError */
export const sealTaskSync = action.sync;
export type SealTaskSyncReturnType = Awaited<ReturnType<typeof sealTaskSync>>;

/** The call of {@link sealTask}, to batch or to simulate. */
export const sealTaskCall = action.call;

/** The TaskSealed of {@link sealTask} in a receipt. @throws EventMissingError */
export const extractSealTaskEvent = action.extract;
