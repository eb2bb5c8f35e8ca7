import type { Kysely, Selectable, Transaction } from "kysely";
import { backoffMs, MAX_TRIES } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { IntentTable, RuntimeTables } from "./database.ts";
import type { Fault } from "./fault-point.ts";
import { encodePayload } from "./payload.ts";

/** Something to be done once in the outside world. Durable before anything of it leaves the machine. */
export interface Intent<Kind extends string = string, Payload = unknown> {
  /** Unique for ever, and a function of what is decided: deciding it again changes nothing. */
  key: string;
  /** What it is about: attempts at the same thing share it. */
  subject: string;
  kind: Kind;
  payload: Payload;
}

/** What became of the attempts at one subject. */
export interface History {
  attempts: number;
  /** Attempts that failed or were parked since the last one that was done. */
  failures: number;
  /** An attempt is under way. */
  open: boolean;
  /** Of the last finished attempt: epoch, and why it failed if it did. */
  finishedEpoch: bigint | undefined;
  error: string | undefined;
}

export type StoredIntent = Selectable<IntentTable>;
type Connection = Kysely<RuntimeTables> | Transaction<RuntimeTables>;

export interface Outbox {
  readonly db: Kysely<RuntimeTables>;
  /** Stores what is new, all or nothing; returns how many were. */
  enqueue(intents: readonly Intent[], epoch: bigint): Promise<number>;
  /** Unfinished intents of these kinds, oldest first. */
  open(kinds: readonly string[]): Promise<StoredIntent[]>;
  /** Finished for good, in the caller's transaction. */
  finish(
    connection: Connection,
    id: number,
    epoch: bigint,
    outcome: { result: unknown } | { error: string },
  ): Promise<void>;
  /** To be tried again after `afterMs` (else after a growing, random wait); parked after MAX_TRIES. */
  postpone(id: number, epoch: bigint, error: string, afterMs?: number): Promise<"postponed" | "parked">;
  /** By subject, of the kinds given. */
  history(kinds: readonly string[]): Promise<Map<string, History>>;
}

export interface OutboxOptions {
  db: Kysely<RuntimeTables>;
  clock: Clock;
  fault: Fault;
  random?: () => number;
}

/** The intents in the database; nothing here talks to the outside. */
export function createOutbox({ db, clock, fault, random = Math.random }: OutboxOptions): Outbox {
  return {
    db,

    async enqueue(intents, epoch) {
      if (intents.length === 0) return 0;
      fault("enqueue:before");
      const inserted = await db
        .insertInto("intents")
        .values(
          intents.map(({ key, subject, kind, payload }) => ({
            key,
            subject,
            kind,
            payload: encodePayload(payload),
            createdEpoch: Number(epoch),
          })),
        )
        .onConflict((conflict) => conflict.column("key").doNothing())
        .executeTakeFirst();
      fault("enqueue:after");
      return Number(inserted.numInsertedOrUpdatedRows ?? 0n);
    },

    open: (kinds) =>
      db
        .selectFrom("intents")
        .selectAll()
        .where("state", "in", ["new", "signed", "sent"])
        .where("kind", "in", kinds)
        .orderBy("id")
        .execute(),

    async finish(connection, id, epoch, outcome) {
      const changes =
        "error" in outcome
          ? { state: "failed" as const, error: outcome.error }
          : { state: "done" as const, error: null, result: encodePayload(outcome.result) };
      await connection
        .updateTable("intents")
        .set({ ...changes, finishedEpoch: Number(epoch) })
        .where("id", "=", id)
        .execute();
    },

    async postpone(id, epoch, error, afterMs) {
      const { tries } = await db
        .updateTable("intents")
        .set((row) => ({ tries: row("tries", "+", 1), error }))
        .where("id", "=", id)
        .returning("tries")
        .executeTakeFirstOrThrow();
      const parked = tries >= MAX_TRIES;
      const nextTryAt = clock.now() + (afterMs ?? backoffMs(tries, random));
      await db
        .updateTable("intents")
        .set(parked ? { state: "parked", finishedEpoch: Number(epoch) } : { nextTryAt })
        .where("id", "=", id)
        .execute();
      return parked ? "parked" : "postponed";
    },

    async history(kinds) {
      const rows = await db
        .selectFrom("intents")
        .select(["subject", "state", "finishedEpoch", "error"])
        .where("kind", "in", kinds)
        .orderBy("id")
        .execute();
      const bySubject = new Map<string, History>();
      for (const row of rows) {
        const known = bySubject.get(row.subject);
        const open = row.state === "new" || row.state === "signed" || row.state === "sent";
        const failed = row.state === "failed" || row.state === "parked";
        bySubject.set(row.subject, {
          attempts: (known?.attempts ?? 0) + 1,
          failures: failed ? (known?.failures ?? 0) + 1 : row.state === "done" ? 0 : (known?.failures ?? 0),
          open: open || (known?.open ?? false),
          finishedEpoch: row.finishedEpoch === null ? known?.finishedEpoch : BigInt(row.finishedEpoch),
          error: failed ? (row.error ?? "unknown") : open ? known?.error : undefined,
        });
      }
      return bySubject;
    },
  };
}
