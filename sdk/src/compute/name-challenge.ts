import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface NameChallengeParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** The right root, or `RULINGS.WITHHELD`. */
  root: Hex;
  /** Of the commitment that was locked. */
  salt: Hex;
  /** Where the evidence is found, at most 128 bytes. Default: nowhere. */
  evidenceCid?: Hex;
}

const action = onEscrow.write(
  "nameChallenge",
  ({ job, task, root, salt, evidenceCid = "0x" }: NameChallengeParameters) => [
    job,
    task,
    root,
    salt,
    evidenceCid,
  ],
  { event: "TaskChallengeNamed" },
);

/**
 * Names the root of the sender's challenge: the task goes to the arbiter.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const nameChallenge = action.send;

/** {@link nameChallenge}, waited for: the receipt, TaskChallengeNamed, and all that the contract told. @throws ActionError */
export const nameChallengeSync = action.sync;
export type NameChallengeSyncReturnType = Awaited<ReturnType<typeof nameChallengeSync>>;

/** The call of {@link nameChallenge}, to batch or to simulate. */
export const nameChallengeCall = action.call;

/** The TaskChallengeNamed of {@link nameChallenge} in a receipt. @throws EventMissingError */
export const extractNameChallengeEvent = action.extract;
