import { onEscrow } from "../actions/contracts.ts";

export interface GetJobHashParameters {
  /** From 1. */
  jobId: bigint;
}

/**
 * What the chain keeps of a job (`jobHash`); zero: there is none.
 * @throws ActionError
 */
export const getJobHash = onEscrow.read("jobHashOf", ({ jobId }: GetJobHashParameters) => [jobId]);
export type GetJobHashReturnType = Awaited<ReturnType<typeof getJobHash>>;
