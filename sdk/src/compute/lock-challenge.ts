import { type Hex, zeroAddress } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface LockChallengeParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** `challengeCommitmentOf` the round, challenger, root and a secret salt. */
  commitment: Hex;
}

const action = onEscrow.write(
  "lockChallenge",
  ({ job, task, commitment }: LockChallengeParameters) => [job, task, commitment],
  {
    event: "TaskChallengeLocked",
    paying: ({ job }) => (job.params.token === zeroAddress ? job.params.challengeBond : undefined),
  },
);

/**
 * Challenges a Submitted task, with the job's bond: FIL as value, any other token by an allowance that the sender gave
 * ComputeEscrow. The first lock wins. Then the root has to be named within 20 epochs: `nameChallenge`.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const lockChallenge = action.send;

/** {@link lockChallenge}, waited for: the receipt, TaskChallengeLocked, and all that the contract told. @throws ActionError */
export const lockChallengeSync = action.sync;
export type LockChallengeSyncReturnType = Awaited<ReturnType<typeof lockChallengeSync>>;

/** The call of {@link lockChallenge}, to batch or to simulate. */
export const lockChallengeCall = action.call;

/** The TaskChallengeLocked of {@link lockChallenge} in a receipt. @throws EventMissingError */
export const extractLockChallengeEvent = action.extract;
