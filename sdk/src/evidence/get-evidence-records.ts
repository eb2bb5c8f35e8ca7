import { onEvidence } from "../actions/contracts.ts";
import { readableRecord } from "./observations.ts";

export interface GetEvidenceRecordsParameters {
  /** What the evidence is about: `subjectOf`. */
  subjects: readonly bigint[];
}

/**
 * The records of many subjects, in their order: see `getEvidenceRecord`.
 * @throws ActionError
 */
export const getEvidenceRecords = onEvidence.read(
  "recordsOf",
  ({ subjects }: GetEvidenceRecordsParameters) => [subjects],
  (records) => records.map(readableRecord),
);
export type GetEvidenceRecordsReturnType = Awaited<ReturnType<typeof getEvidenceRecords>>;
