import type { Kysely, Selectable } from "kysely";
import type { Hex } from "viem";
import type { BlockTable, EventTable, RuntimeTables } from "./database.ts";
import { decodePayload, encodePayload } from "./payload.ts";
import type { Tipset } from "./tipset.ts";

export type StoredEvent = Selectable<EventTable>;

/** Up to where events are stored: a tipset's place, and the last epoch that counted as final by then. */
export interface Checkpoint {
  epoch: bigint;
  hash: Hex;
  finalized: bigint;
}

/** Epochs, both included, whose events no node would give any more. */
export type Gap = readonly [from: bigint, to: bigint];

const CHECKPOINT = "reader";
const GAPS = "reader:gaps";
/** Rows of one INSERT. */
const BATCH = 100;

/** Events, the tipsets that they hang on, and the checkpoint: what the reader keeps. */
export function createEventLog(db: Kysely<RuntimeTables>) {
  async function read<T>(name: string): Promise<T | undefined> {
    const row = await db
      .selectFrom("checkpoints")
      .select("value")
      .where("name", "=", name)
      .executeTakeFirst();
    return row === undefined ? undefined : decodePayload<T>(row.value);
  }

  async function write(within: Kysely<RuntimeTables>, name: string, content: unknown): Promise<void> {
    const value = encodePayload(content);
    await within
      .insertInto("checkpoints")
      .values({ name, value })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
      .execute();
  }

  return {
    checkpoint: () => read<Checkpoint>(CHECKPOINT),
    gaps: async () => (await read<Gap[]>(GAPS)) ?? [],

    /** Tipsets from the last final one on, newest first. */
    async tipsets(): Promise<Tipset[]> {
      const rows = await db.selectFrom("blocks").selectAll().orderBy("epoch", "desc").execute();
      return rows.map(tipsetFrom);
    },

    /** What is stored of the events in a range: where, and in which block. */
    placesIn: (from: bigint, to: bigint) =>
      db
        .selectFrom("events")
        .select(["epoch", "logIndex", "blockHash"])
        .where("epoch", ">=", Number(from))
        .where("epoch", "<=", Number(to))
        .execute(),

    /** Up to an epoch, a batch at a time, in the order of the chain. */
    async *upTo(epoch: bigint, batch = 1000): AsyncGenerator<StoredEvent> {
      let after: Pick<StoredEvent, "epoch" | "logIndex"> = { epoch: -1, logIndex: -1 };
      for (;;) {
        const rows: StoredEvent[] = await db
          .selectFrom("events")
          .selectAll()
          .where("epoch", "<=", Number(epoch))
          .where((where) =>
            where.or([
              where("epoch", ">", after.epoch),
              where.and([where("epoch", "=", after.epoch), where("logIndex", ">", after.logIndex)]),
            ]),
          )
          .orderBy("epoch")
          .orderBy("logIndex")
          .limit(batch)
          .execute();
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < batch) return;
        after = last;
      }
    },

    /** What was after `ancestor` did not happen. One transaction. */
    async rollback(ancestor: Tipset, finalized: bigint): Promise<void> {
      await db.transaction().execute(async (within) => {
        const epoch = Number(ancestor.epoch);
        await within.deleteFrom("events").where("epoch", ">", epoch).execute();
        await within.deleteFrom("blocks").where("epoch", ">", epoch).execute();
        await write(within, CHECKPOINT, { epoch: ancestor.epoch, hash: ancestor.hash, finalized });
      });
    },

    /** Events, tipsets and how far they reach, in one transaction. Tipsets below the newest final one are dropped. */
    async append(
      events: readonly StoredEvent[],
      tipsets: readonly Tipset[],
      checkpoint: Checkpoint | undefined,
      gaps: readonly Gap[],
    ): Promise<void> {
      await db.transaction().execute(async (within) => {
        for (let at = 0; at < events.length; at += BATCH) {
          await within
            .insertInto("events")
            .values(events.slice(at, at + BATCH))
            .execute();
        }
        for (let at = 0; at < tipsets.length; at += BATCH) {
          const rows = tipsets.slice(at, at + BATCH).map(rowOf);
          await within
            .insertInto("blocks")
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        if (gaps.length > 0) await write(within, GAPS, gaps);
        if (checkpoint === undefined) return;
        await write(within, CHECKPOINT, checkpoint);
        await within
          .deleteFrom("blocks")
          .where("epoch", "<", (query) =>
            query
              .selectFrom("blocks")
              .select((row) => row.fn.max("epoch").as("epoch"))
              .where("epoch", "<=", Number(checkpoint.finalized)),
          )
          .execute();
      });
    },
  };
}

export type EventLog = ReturnType<typeof createEventLog>;

function tipsetFrom({ epoch, hash, parentHash }: Selectable<BlockTable>): Tipset {
  return { epoch: BigInt(epoch), hash: hash as Hex, parentHash: parentHash as Hex };
}

function rowOf({ epoch, hash, parentHash }: Tipset): BlockTable {
  return { epoch: Number(epoch), hash, parentHash };
}
