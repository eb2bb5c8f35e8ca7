import { onEvidence } from "../actions/contracts.ts";

export interface GetProvenEpochsParameters {
  /** What the evidence is about: `subjectOf`. */
  subject: bigint;
  /** An epoch, which does not count. */
  from: bigint;
  /** An epoch, which counts. */
  to: bigint;
}

/**
 * How many epochs in (from, to] the chain saw proven.
 * @throws ActionError
 */
export const getProvenEpochs = onEvidence.read(
  "provenBetween",
  ({ subject, from, to }: GetProvenEpochsParameters) => [subject, from, to],
);
export type GetProvenEpochsReturnType = Awaited<ReturnType<typeof getProvenEpochs>>;
