import { onEscrow } from "../actions/contracts.ts";
import type { JobParams } from "./job.ts";

export interface GetJobCostParameters {
  /** As they would be created. */
  params: JobParams;
}

/**
 * What a job's creation locks, as the contract says; `jobCost` computes the same.
 * @throws ActionError
 */
export const getJobCost = onEscrow.read("costOf", ({ params }: GetJobCostParameters) => [params]);
export type GetJobCostReturnType = Awaited<ReturnType<typeof getJobCost>>;
