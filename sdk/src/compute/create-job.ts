import { type Hex, zeroAddress } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import { type JobParams, jobCost } from "./job.ts";

export interface CreateJobParameters {
  params: JobParams;
  /** Where the spec is found, at most 128 bytes; only told in the event. */
  specCid: Hex;
  /** Has the sender's credit pay (`depositComputeCredit`). Default: the sender. */
  fromCredit?: boolean;
}

const action = onEscrow.write("createJob", ({ params, specCid }: CreateJobParameters) => [params, specCid], {
  event: "ComputeJobCreated",
  paying: ({ params, fromCredit = false }) =>
    params.token === zeroAddress && !fromCredit ? jobCost(params) : undefined,
});

/**
 * Posts a job; the sender is its requester. Locks `jobCost`: FIL as value, any other token by an allowance that the sender gave
 * ComputeEscrow, unless its credit suffices. The job's id is in ComputeJobCreated, which `jobOf` makes the job of.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const createJob = action.send;

/** {@link createJob}, waited for: the receipt, ComputeJobCreated, and all that the contract told. @throws ActionError */
export const createJobSync = action.sync;
export type CreateJobSyncReturnType = Awaited<ReturnType<typeof createJobSync>>;

/** The call of {@link createJob}, to batch or to simulate. */
export const createJobCall = action.call;

/** The ComputeJobCreated of {@link createJob} in a receipt. @throws EventMissingError */
export const extractCreateJobEvent = action.extract;
