import type { Hash, Hex } from "viem";
import type { ActionClient, SyncOptions, WriteOptions } from "../actions/action.ts";
import { calling } from "../actions/contract-actions.ts";
import { onEscrow } from "../actions/contracts.ts";
import { type Permit, permitFor } from "../payments/sign-permit.ts";
import { type JobParams, jobCost } from "./job.ts";

export interface CreateJobWithPermitParameters {
  /** In a token with EIP-2612 permits, such as USDFC. */
  params: JobParams;
  /** Where the spec is found, at most 128 bytes; only told in the event. */
  specCid: Hex;
  /** Unix seconds until which the permit is good. Default: an hour after the newest block. */
  deadline?: bigint;
}

/** What is ready to be called: a job, and the permit for what it costs. */
export interface PermittedJob extends CreateJobWithPermitParameters {
  permit: Permit;
}

const action = onEscrow.write(
  "createJobWithPermit",
  ({ params, specCid, permit }: PermittedJob) => [params, specCid, permit],
  { event: "ComputeJobCreated" },
);

/**
 * Posts a job as `createJob` does, in one transaction: signs a permit for `jobCost`, then sends.
 * @returns the transaction's hash
 * @throws ActionError, PermitUnsupportedError
 */
export const createJobWithPermit = calling(
  action.send.calls,
  async (client: ActionClient, parameters: CreateJobWithPermitParameters & WriteOptions): Promise<Hash> =>
    action.send(client, await permitted(client, parameters)),
);

/**
 * {@link createJobWithPermit}, waited for: the receipt, ComputeJobCreated, and all that the contract told.
 * @throws ActionError, PermitUnsupportedError
 */
export async function createJobWithPermitSync(
  client: ActionClient,
  parameters: CreateJobWithPermitParameters & SyncOptions,
) {
  return action.sync(client, await permitted(client, parameters));
}
export type CreateJobWithPermitSyncReturnType = Awaited<ReturnType<typeof createJobWithPermitSync>>;

/** The call of {@link createJobWithPermit} by a permit (`signPermit`), to batch or to simulate. */
export const createJobWithPermitCall = action.call;

/** The ComputeJobCreated of {@link createJobWithPermit} in a receipt. @throws EventMissingError */
export const extractCreateJobWithPermitEvent = action.extract;

const permitted = <options extends CreateJobWithPermitParameters & WriteOptions>(
  client: ActionClient,
  parameters: options,
) => {
  const { params } = parameters;
  const paid = { token: params.token, amount: jobCost(params) };
  return permitFor(client, "ComputeEscrow", parameters, paid);
};
