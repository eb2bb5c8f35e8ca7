import { onEvidence } from "../actions/contracts.ts";
import { readableRecord } from "./observations.ts";

export interface GetEvidenceRecordParameters {
  /** What the evidence is about: `subjectOf`. */
  subject: bigint;
}

/**
 * What the chain last said of a subject: proven up to an epoch, failed or not, and on whose report.
 * @throws ActionError
 */
export const getEvidenceRecord = onEvidence.read(
  "recordOf",
  ({ subject }: GetEvidenceRecordParameters) => [subject],
  readableRecord,
);
export type GetEvidenceRecordReturnType = Awaited<ReturnType<typeof getEvidenceRecord>>;
