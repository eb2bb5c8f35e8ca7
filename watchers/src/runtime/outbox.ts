import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { backoffMs, MAX_TRIES, MAX_TRYING_EPOCHS } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type IntentTable, OPEN_STATES, type RuntimeTables } from "./database.ts";
import type { Fault } from "./fault-point.ts";
import { createHistory, type History } from "./history.ts";
import { encodePayload } from "./payload.ts";

export type { History } from "./history.ts";

/** Something to be done once in the outside world. Durable before anything of it leaves the machine. */
export interface Intent<Kind extends string = string, Payload = unknown> {
  /** Unique for ever, and a function of what is decided: deciding it again changes nothing. */
  key: string;
  /** What it is about: attempts at the same thing share it. */
  subject: string;
  kind: Kind;
  payload: Payload;
}

export type StoredIntent = Selectable<IntentTable>;
export type Connection = Kysely<RuntimeTables> | Transaction<RuntimeTables>;

export interface Outbox {
  readonly db: Kysely<RuntimeTables>;
  /** Stores what is new, all or nothing; returns how many were. */
  enqueue(intents: readonly Intent[], epoch: bigint): Promise<number>;
  /** Unfinished intents of these kinds, oldest first. */
  open(kinds: readonly string[]): Promise<StoredIntent[]>;
  /** New intents of these kinds whose wait is over, oldest first. */
  due(kinds: readonly string[], limit?: number): Promise<StoredIntent[]>;
  /** Finished for good, in the caller's transaction. */
  finish(connection: Connection, id: number, epoch: bigint, outcome: Outcome): Promise<void>;
  /** To be tried again after `afterMs` (else after a growing, random wait); parked after 12 tries or a day. */
  postpone(id: number, epoch: bigint, error: string, afterMs?: number): Promise<"postponed" | "parked">;
  /** To be looked at again after `afterMs`; nothing was tried. */
  hold(id: number, error: string, afterMs: number): Promise<void>;
  /** By subject, of the kinds given. */
  history(kinds: readonly string[]): Promise<ReadonlyMap<string, History>>;
}

export type Outcome = { result: unknown } | { error: string };

export interface OutboxOptions {
  db: Kysely<RuntimeTables>;
  clock: Clock;
  fault: Fault;
  random?: () => number;
}

/** Goes into `version` with every change of a state. */
export const nextVersion = sql<number>`(select coalesce(max("version"), 0) + 1 from "intents")`;

/** Rows in one statement: databases limit its parameters (SQLite: 32,766). */
const CHUNK = 1000;

/** The intents in the database; nothing here talks to the outside. */
export function createOutbox({ db, clock, fault, random = Math.random }: OutboxOptions): Outbox {
  /** When the wait of an intent is over, by the monotonic clock. A new process waits for none. */
  const waits = new Map<number, number>();
  const histories = new Map<string, ReturnType<typeof createHistory>>();

  function waiting(): number[] {
    const now = clock.monotonic();
    for (const [id, until] of waits) if (until <= now) waits.delete(id);
    return [...waits.keys()];
  }

  return {
    db,

    async enqueue(intents, epoch) {
      if (intents.length === 0) return 0;
      fault("enqueue:before");
      const inserted = await db.transaction().execute(async (within) => {
        const { version } = await within
          .selectFrom("intents")
          .select((row) => row.fn.coalesce(row.fn.max("version"), row.val(0)).as("version"))
          .executeTakeFirstOrThrow();
        let count = 0n;
        for (let start = 0; start < intents.length; start += CHUNK) {
          const rows = intents.slice(start, start + CHUNK).map(({ key, subject, kind, payload }) => ({
            ...{ key, subject, kind, payload: encodePayload(payload) },
            ...{ version: version + 1, createdEpoch: Number(epoch) },
          }));
          const { numInsertedOrUpdatedRows } = await within
            .insertInto("intents")
            .values(rows)
            .onConflict((conflict) => conflict.column("key").doNothing())
            .executeTakeFirst();
          count += numInsertedOrUpdatedRows ?? 0n;
        }
        return Number(count);
      });
      fault("enqueue:after");
      return inserted;
    },

    open: (kinds) =>
      db
        .selectFrom("intents")
        .selectAll()
        .where("state", "in", OPEN_STATES)
        .where("kind", "in", kinds)
        .orderBy("id")
        .execute(),

    async due(kinds, limit) {
      const early = new Set(waiting());
      let query = db
        .selectFrom("intents")
        .selectAll()
        .where("state", "=", "new")
        .where("kind", "in", kinds)
        .orderBy("id");
      if (limit !== undefined) query = query.limit(limit + early.size);
      const found = await query.execute();
      return found.filter(({ id }) => !early.has(id)).slice(0, limit);
    },

    async finish(connection, id, epoch, outcome) {
      const changes =
        "error" in outcome
          ? { state: "failed" as const, error: outcome.error }
          : { state: "done" as const, error: null, result: encodePayload(outcome.result) };
      await connection
        .updateTable("intents")
        .set({ ...changes, finishedEpoch: Number(epoch), version: nextVersion })
        .where("id", "=", id)
        .execute();
    },

    async postpone(id, epoch, error, afterMs) {
      const { tries, firstTryEpoch } = await db
        .updateTable("intents")
        .set((row) => ({
          tries: row("tries", "+", 1),
          firstTryEpoch: row.fn.coalesce("firstTryEpoch", row.val(Number(epoch))),
          error,
        }))
        .where("id", "=", id)
        .returning(["tries", "firstTryEpoch"])
        .executeTakeFirstOrThrow();
      const tryingFor = epoch - BigInt(firstTryEpoch ?? epoch);
      if (tries < MAX_TRIES && tryingFor < MAX_TRYING_EPOCHS) {
        waits.set(id, clock.monotonic() + (afterMs ?? backoffMs(tries, random)));
        return "postponed";
      }
      await db
        .updateTable("intents")
        .set({ state: "parked", finishedEpoch: Number(epoch), version: nextVersion })
        .where("id", "=", id)
        .where("state", "=", "new")
        .execute();
      return "parked";
    },

    async hold(id, error, afterMs) {
      waits.set(id, clock.monotonic() + afterMs);
      await db.updateTable("intents").set({ error }).where("id", "=", id).execute();
    },

    history(kinds) {
      const name = kinds.join();
      const read = histories.get(name) ?? createHistory(db, kinds);
      histories.set(name, read);
      return read();
    },
  };
}
