import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, toHex } from "viem";
import { resultOf, type TaskResult } from "./job.ts";

/** A round of a task, on a chain. */
export interface TaskRound {
  chainId: number;
  /** ComputeEscrow. */
  escrow: Address;
  jobId: bigint;
  task: number;
  round: number;
}

const DOMAIN = parseAbiParameters("bytes32, uint256, address, bytes32");
const SEAL = parseAbiParameters("uint256, uint16, uint8, address, bytes32, bytes32, bytes32");
const CHALLENGE = parseAbiParameters("uint256, uint16, uint8, address, bytes32, bytes32");

/**
 * What a worker seals (`sealTask`) before it opens its result: ComputeEscrow's `sealOf`, without telling an endpoint what is
 * sealed. The salt is secret until then: `randomSalt`.
 */
export function sealOf(parameters: TaskRound & { worker: Address; result: TaskResult; salt: Hex }): Hex {
  const { jobId, task, round, worker, result, salt } = parameters;
  const { root, piece } = resultOf(result);
  return bound(
    "holdfast.compute.seal",
    parameters,
    encodeAbiParameters(SEAL, [jobId, task, round, worker, root, piece, salt]),
  );
}

/** What a challenger locks (`lockChallenge`) before it names a root: ComputeEscrow's `commitmentOf`, as secret as a seal. */
export function challengeCommitmentOf(
  parameters: TaskRound & { challenger: Address; root: Hex; salt: Hex },
): Hex {
  const { jobId, task, round, challenger, root, salt } = parameters;
  return bound(
    "holdfast.compute.challenge",
    parameters,
    encodeAbiParameters(CHALLENGE, [jobId, task, round, challenger, root, salt]),
  );
}

/** 32 random bytes. Keep them before the transaction is sent: without the salt nothing can be opened or named. */
export function randomSalt(): Hex {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}

function bound(domain: string, { chainId, escrow }: TaskRound, what: Hex): Hex {
  return keccak256(
    encodeAbiParameters(DOMAIN, [keccak256(toHex(domain)), BigInt(chainId), escrow, keccak256(what)]),
  );
}
