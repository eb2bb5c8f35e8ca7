import type { Insertable, Kysely } from "kysely";
import type { Epoch } from "./state.ts";
import type { DealsTables, RetrievalTable } from "./tables.ts";

/** Epochs that a sample is kept: a year. A copy that was not sampled for so long is due, whatever came before. */
export const SAMPLES_KEPT = 365n * 2880n;

/** Keeps what came of a sample, and forgets those that are too old. */
export async function recordSample(
  db: Kysely<DealsTables>,
  sample: Insertable<RetrievalTable>,
): Promise<void> {
  await db.transaction().execute(async (within) => {
    await within.insertInto("retrievals").values(sample).execute();
    await tooOld(within, BigInt(sample.epoch)).execute();
  });
}

/** When each copy was last sampled, and when samples of it failed, by the copy's id. */
export async function readSamples(db: Kysely<DealsTables>) {
  const newest = new Map((await newestSamples(db).execute()).map((row) => [row.copyId, BigInt(row.epoch)]));
  const failures = new Map<string, Epoch[]>();
  for (const { copyId, epoch } of await failedSamples(db).execute())
    failures.set(copyId, [...(failures.get(copyId) ?? []), BigInt(epoch)]);
  return { newest, failures };
}

/* QUERIES: each is answered by an index. */

export const newestSamples = (db: Kysely<DealsTables>) =>
  db
    .selectFrom("retrievals")
    .select((row) => ["copyId", row.fn.max("epoch").as("epoch")])
    .groupBy("copyId");

export const failedSamples = (db: Kysely<DealsTables>) =>
  db.selectFrom("retrievals").select(["copyId", "epoch"]).where("passed", "=", 0).orderBy("epoch");

export const tooOld = (db: Kysely<DealsTables>, head: Epoch) =>
  db
    .deleteFrom("retrievals")
    .where("passed", "in", [0, 1])
    .where("epoch", "<", Number(head - SAMPLES_KEPT));
