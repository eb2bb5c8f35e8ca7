import { enumName } from "../actions/enum-name.ts";

/** What the chain last said of a subject, by its number on chain. */
export const OBSERVATIONS = ["None", "Active", "Faulty", "Dead"] as const;
export type Observation = (typeof OBSERVATIONS)[number];

/** Why a keeper's item changed nothing (EvidenceSkipped), by its number on chain. */
export const SKIP_REASONS = ["Untracked", "Dead", "NotAsClaimed", "ActorRefused", "Replaced"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export function readableRecord<record extends { last: number }>({ last, ...record }: record) {
  return { last: enumName(OBSERVATIONS, last), ...record };
}

/** What a report comes to: one of these events. */
export const REPORT_OUTCOMES = ["EvidenceDeathRecorded", "EvidenceFaultReported", "EvidenceSkipped"] as const;
