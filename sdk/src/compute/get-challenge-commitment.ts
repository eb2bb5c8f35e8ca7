import type { Address, Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface GetChallengeCommitmentParameters {
  /** From 1. */
  jobId: bigint;
  /** From 0. */
  task: number;
  /** From 0. */
  round: number;
  challenger: Address;
  root: Hex;
  salt: Hex;
}

/**
 * A challenge's commitment as the contract computes it. It tells the endpoint the root: use `challengeCommitmentOf`.
 * @throws ActionError
 */
export const getChallengeCommitment = onEscrow.read(
  "commitmentOf",
  ({ jobId, task, round, challenger, root, salt }: GetChallengeCommitmentParameters) => [
    jobId,
    task,
    round,
    challenger,
    root,
    salt,
  ],
);
export type GetChallengeCommitmentReturnType = Awaited<ReturnType<typeof getChallengeCommitment>>;
