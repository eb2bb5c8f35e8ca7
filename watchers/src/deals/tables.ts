import type { Generated } from "kysely";
import type { RuntimeTables } from "../runtime/database.ts";

/** What a provider's market answered about one copy. */
export interface SubmissionTable {
  copyId: string;
  provider: string;
  endpoint: string;
  ulid: string;
  status: string;
  reason: string | null;
  sinceEpoch: number;
  heardEpoch: number;
}

/** A sampled byte range: whether the provider gave the right bytes, and what came instead. */
export interface RetrievalTable {
  id: Generated<number>;
  copyId: string;
  provider: string;
  epoch: number;
  passed: number;
  detail: string;
}

export interface DealsTables extends RuntimeTables {
  submissions: SubmissionTable;
  retrievals: RetrievalTable;
}
