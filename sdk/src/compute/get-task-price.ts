import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface GetTaskPriceParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
}

/**
 * What a slot taken now would pay, in the smallest unit of the job's token.
 * @throws ActionError
 */
export const getTaskPrice = onEscrow.read("priceOf", ({ job, task }: GetTaskPriceParameters) => [job, task]);
export type GetTaskPriceReturnType = Awaited<ReturnType<typeof getTaskPrice>>;
