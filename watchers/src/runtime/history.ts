import type { Kysely } from "kysely";
import { OPEN_STATES, type RuntimeTables } from "./database.ts";

/** What became of the attempts at one subject. */
export interface History {
  attempts: number;
  /** Attempts that failed, were parked or skipped since the last one that was done. */
  failures: number;
  /** An attempt is under way. */
  open: boolean;
  /** Of the last finished attempt: epoch, and why it failed if it did. */
  finishedEpoch: bigint | undefined;
  error: string | undefined;
}

type Row = Pick<RuntimeTables["intents"], "subject" | "finishedEpoch" | "error"> & {
  state: string;
  version: number;
};

const FAILED: ReadonlySet<string> = new Set(["failed", "parked", "skipped"]);
const OPEN: ReadonlySet<string> = new Set(OPEN_STATES);

/**
 * Reads what became of intents of some kinds, by subject. The first reading goes over all of them; later ones only over
 * the subjects of which an intent has changed since, by whatever process.
 */
export function createHistory(db: Kysely<RuntimeTables>, kinds: readonly string[]) {
  const bySubject = new Map<string, History>();
  let seen = 0;
  return async (): Promise<ReadonlyMap<string, History>> => {
    const rows = await db
      .selectFrom("intents")
      .select(["subject", "state", "finishedEpoch", "error", "version"])
      .where("kind", "in", kinds)
      .where("subject", "in", (query) =>
        query.selectFrom("intents").select("subject").where("version", ">", seen),
      )
      .orderBy("id")
      .execute();
    for (const [subject, attempts] of Map.groupBy(rows, (row) => row.subject)) {
      bySubject.set(subject, attempts.reduce(extend, NONE));
    }
    seen = rows.reduce((highest, { version }) => Math.max(highest, version), seen);
    return bySubject;
  };
}

const NONE: History = {
  ...{ attempts: 0, failures: 0, open: false },
  ...{ finishedEpoch: undefined, error: undefined },
};

function extend(past: History, { state, finishedEpoch, error }: Row): History {
  const isOpen = OPEN.has(state);
  const hasFailed = FAILED.has(state);
  return {
    attempts: past.attempts + 1,
    failures: hasFailed ? past.failures + 1 : isOpen ? past.failures : 0,
    open: past.open || isOpen,
    finishedEpoch: finishedEpoch === null ? past.finishedEpoch : BigInt(finishedEpoch),
    error: hasFailed ? (error ?? "unknown") : isOpen ? past.error : undefined,
  };
}
