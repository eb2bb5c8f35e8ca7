import { onEvidence } from "../actions/contracts.ts";

export interface GetProvenEpochsOfManyParameters {
  /** Subjects (`subjectOf`), each with its epochs (from, to]. */
  ranges: readonly { subject: bigint; from: bigint; to: bigint }[];
}

/**
 * How many epochs of each range the chain saw proven, in their order.
 * @throws ActionError
 */
export const getProvenEpochsOfMany = onEvidence.read(
  "provenBetween",
  ({ ranges }: GetProvenEpochsOfManyParameters) => [
    ranges.map(({ subject }) => subject),
    ranges.map(({ from }) => from),
    ranges.map(({ to }) => to),
  ],
);
export type GetProvenEpochsOfManyReturnType = Awaited<ReturnType<typeof getProvenEpochsOfMany>>;
