import { type Address, encodeAbiParameters, getAbiItem, type Hex, keccak256, zeroHash } from "viem";
import { computeEscrowAbi } from "../generated/abi-compute-escrow.ts";

/** A job's terms. Times are epochs; amounts in the smallest unit of `token`; shares in 1/10,000. */
export interface JobParams {
  /** sha2-256 of the job's spec: its raw CID's digest. */
  specDigest: Hex;
  /** The zero address is FIL. */
  token: Address;
  /** What a slot pays at first, and through the locality window. */
  minPrice: bigint;
  /** What it rises to within `rampEpochs`; frozen when the slot is taken. At most 2^88 - 1. */
  maxPrice: bigint;
  rampEpochs: number;
  /** What a worker locks for each slot. */
  stake: bigint;
  /** What a ruling costs. */
  arbiterFee: bigint;
  challengeBond: bigint;
  tasks: number;
  /** 1 to 256; the chain only records it. */
  shardsPerTask: number;
  /** Index in `COMPUTE_MODES`. */
  mode: number;
  /** Quorum: m equal roots of n slots, n/2 < m <= n <= 7. Else 1 of 1. */
  m: number;
  n: number;
  maxRounds: number;
  /** Share of submitted tasks that go to the arbiter by lot. */
  auditBps: number;
  /** Share of the price that waits for a deal on the result. */
  holdbackBps: number;
  /** What the coordinator earns on top of an accepted slot's price. */
  coordinatorBps: number;
  acceptEpochs: number;
  /** First part of the accept window, for workers whose operator stores one of the task's inputs. */
  localEpochs: number;
  execEpochs: number;
  revealEpochs: number;
  attestEpochs: number;
  challengeEpochs: number;
  arbitrationEpochs: number;
  holdbackEpochs: number;
  /** What the deal on the result must still have before it when the share is released. */
  holdbackTermEpochs: number;
  arbiter: Address;
  fallbackArbiter: Address;
  /** Attested: `attestorsOf`. Else zero. */
  attestors: Hex;
  coordinator: Address;
  /** Root over the workers allowed (`workersTree`); zero: everybody. */
  workerRoot: Hex;
  /** Root over what tasks read (`inputsTree`). */
  inputsRoot: Hex;
}

/** A job as calls carry it: all that the chain keeps of it is its hash. `getJob` finds it by its id. */
export interface Job {
  id: bigint;
  requester: Address;
  /** The epoch in which it was created. */
  created: bigint;
  params: JobParams;
}

/** A task's result. */
export interface TaskResult {
  /** sha2-256 of the canonical manifest, or the Merkle root of a lot's. */
  root: Hex;
  /** The piece (its root, 32 bytes) of the result's CAR. Default: none; needed if the job holds back a share. */
  piece?: Hex;
}

/** A result as the contracts take it. */
export function resultOf({ root, piece = zeroHash }: TaskResult): Required<TaskResult> {
  return { root, piece };
}

/** What a job's creation locks, in the smallest unit of its token: ComputeEscrow's `costOf`. */
export function jobCost({ tasks, n, maxPrice, coordinatorBps, arbiterFee }: JobParams): bigint {
  return (
    BigInt(tasks) * (BigInt(n) * (maxPrice + (maxPrice * BigInt(coordinatorBps)) / 10_000n) + arbiterFee)
  );
}

/**
 * The least stake that `createJob` takes: a quarter pays for a ruling; and with audits a lie does not pay on average, not even
 * if the liar's other hands name it and take the next round with the ruled root, and it is the coordinator.
 */
export function leastStake({
  maxPrice,
  arbiterFee,
  auditBps,
  coordinatorBps,
}: Pick<JobParams, "maxPrice" | "arbiterFee" | "auditBps" | "coordinatorBps">): bigint {
  const forRuling = arbiterFee > 0n ? 4n * arbiterFee : 1n;
  if (auditBps === 0) return forRuling;
  const gain = maxPrice + (maxPrice * BigInt(coordinatorBps)) / 10_000n;
  const fees = arbiterFee > gain ? 3n * arbiterFee - gain : 2n * arbiterFee;
  const audit = BigInt(auditBps);
  const forAudits = (gain * 10_000n + audit - 1n) / audit + fees;
  return forAudits > forRuling ? forAudits : forRuling;
}

/** What the chain keeps of a job: ComputeEscrow's `jobHashOf`. */
export function jobHash(job: Job): Hex {
  return keccak256(encodeAbiParameters([JOB], [job]));
}

const JOB = getAbiItem({ abi: computeEscrowAbi, name: "approve" }).inputs[0];
