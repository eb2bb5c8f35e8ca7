import { onEscrow } from "../actions/contracts.ts";

/**
 * How many jobs there are: their ids are 1 to this.
 * @throws ActionError
 */
export const getJobCount = onEscrow.read("jobCount", () => []);
export type GetJobCountReturnType = Awaited<ReturnType<typeof getJobCount>>;
