import type { Address, Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import { resultOf, type TaskResult } from "./job.ts";

export interface GetSealParameters {
  /** From 1. */
  jobId: bigint;
  /** From 0. */
  task: number;
  /** From 0. */
  round: number;
  /** The compute node's account. */
  worker: Address;
  result: TaskResult;
  salt: Hex;
}

/**
 * A seal as the contract computes it. It tells the endpoint what is sealed: use `sealOf`, which computes the same locally.
 * @throws ActionError
 */
export const getSeal = onEscrow.read(
  "sealOf",
  ({ jobId, task, round, worker, result, salt }: GetSealParameters) => [
    jobId,
    task,
    round,
    worker,
    resultOf(result),
    salt,
  ],
);
export type GetSealReturnType = Awaited<ReturnType<typeof getSeal>>;
