import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface GetAttestationDigestParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** Last epoch in which the signatures count. */
  validUntil: bigint;
}

/**
 * The EIP-712 digest that attestors sign of a task as it stands (`resultAttestationTypedData`).
 * @throws ActionError
 */
export const getAttestationDigest = onEscrow.read(
  "attestationOf",
  ({ job, task, validUntil }: GetAttestationDigestParameters) => [job, task, validUntil],
);
export type GetAttestationDigestReturnType = Awaited<ReturnType<typeof getAttestationDigest>>;
