import type { Address, Hex } from "viem";
import { getBlockNumber, getContractEvents } from "viem/actions";
import type { ActionClient, ContractEvent, ContractOptions } from "../actions/action.ts";
import type { ComputeEscrowAbi } from "../actions/contracts.ts";
import { addressOf } from "../deployments.ts";
import { BaseError } from "../errors/base-error.ts";
import { EPOCHS_PER_DAY } from "../fvm/epoch.ts";
import { computeEscrowAbi } from "../generated/abi-compute-escrow.ts";
import { getJobHash } from "./get-job-hash.ts";
import { type Job, jobHash } from "./job.ts";

export interface GetJobParameters extends ContractOptions {
  /** From 1. */
  jobId: bigint;
  /** No epoch before this is looked at. Default: 60 days before `toBlock`. */
  fromBlock?: bigint;
  /** No epoch after this is looked at. Default: the newest. */
  toBlock?: bigint;
  /** Epochs of one `eth_getLogs`. Default: 2,880, which is all that a Lotus node allows. */
  range?: bigint;
}

/** A job with where its spec is found, as its creation told. */
export interface FoundJob extends Job {
  specCid: Hex;
}

const LOOK_BACK = 60n * EPOCHS_PER_DAY;

/** There is no such job. */
export class JobUnknownError extends BaseError {
  constructor(jobId: bigint, escrow: Address) {
    super(`There is no job ${jobId} in ${escrow}.`, {
      next: "npx hardhat compute job list: jobs are numbered from 1.",
    });
  }
}

/** A job exists, and the logs that were looked at do not tell how it was created. */
export class JobNotFoundError extends BaseError {
  constructor(jobId: bigint, fromBlock: bigint, toBlock: bigint) {
    super(`Job ${jobId} was not created within epochs ${fromBlock} to ${toBlock}, by this endpoint's logs.`, {
      next: "Give `fromBlock`, an epoch before its creation, and an endpoint that keeps logs from then on.",
    });
  }
}

/**
 * A job by its id: found in the logs, newest first, in bounded ranges, and compared with the hash that the chain keeps; so an
 * endpoint cannot make one up.
 * @throws ActionError, JobUnknownError, JobNotFoundError
 */
export async function getJob(client: ActionClient, parameters: GetJobParameters): Promise<FoundJob> {
  const { jobId, range = EPOCHS_PER_DAY } = parameters;
  const address = parameters.address ?? addressOf("ComputeEscrow", client.chain.id);
  const hash = await getJobHash(client, { address, jobId });
  if (BigInt(hash) === 0n) throw new JobUnknownError(jobId, address);
  const last = parameters.toBlock ?? (await getBlockNumber(client));
  const first = parameters.fromBlock ?? (last > LOOK_BACK ? last - LOOK_BACK : 0n);
  for (let to = last; to >= first; to -= range) {
    const from = to - range + 1n > first ? to - range + 1n : first;
    const events = await getContractEvents(client, {
      ...{ address, abi: computeEscrowAbi, eventName: "ComputeJobCreated" as const, strict: true as const },
      ...{ args: { jobId }, fromBlock: from, toBlock: to },
    });
    for (const event of events) {
      const job = jobOf(event as unknown as JobCreated);
      if (jobHash(job) === hash) return job;
    }
  }
  throw new JobNotFoundError(jobId, first, last);
}

type JobCreated = Pick<ContractEvent<ComputeEscrowAbi, "ComputeJobCreated">, "args">;

/** The job that a ComputeJobCreated tells of. */
export function jobOf({ args: { jobId, requester, created, params, specCid } }: JobCreated): FoundJob {
  return { id: jobId, requester, created, params, specCid };
}
