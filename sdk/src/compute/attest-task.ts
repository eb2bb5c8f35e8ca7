import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";
import { type Attestors, ascendingSigners, type SignedBy, signatureOf } from "./typed-data.ts";

export interface AttestTaskParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** Those whom the job names (`attestorsOf`), all of them. */
  attestors: Attestors;
  /** Of at least k of them (`signResultAttestation`), in any order. */
  signatures: readonly SignedBy[];
  /** Last epoch in which the signatures count: the `validUntilEpoch` that was signed. */
  validUntil: bigint;
}

const action = onEscrow.write(
  "attest",
  ({ job, task, attestors, signatures, validUntil }: AttestTaskParameters) => {
    const signers = ascendingSigners(attestors.signers);
    const given = signers.map((signer) => signatureOf(signatures, signer));
    const attestation = { k: BigInt(attestors.k), signers, signatures: given, validUntil };
    return [job, task, attestation] as const;
  },
  { event: "TaskAttested" },
);

/**
 * Brings the attestors' signatures for a Submitted task; Attested, within `attestEpochs` of the submit. Its window then ends
 * `attestEpochs` from now, if that is earlier. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError, SignersInvalidError
 */
export const attestTask = action.send;

/** {@link attestTask}, waited for: the receipt, TaskAttested, and all that the contract told. @throws ActionError */
export const attestTaskSync = action.sync;
export type AttestTaskSyncReturnType = Awaited<ReturnType<typeof attestTaskSync>>;

/** The call of {@link attestTask}, to batch or to simulate. */
export const attestTaskCall = action.call;

/** The TaskAttested of {@link attestTask} in a receipt. @throws EventMissingError */
export const extractAttestTaskEvent = action.extract;
