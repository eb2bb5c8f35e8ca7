import type { Kysely, Selectable } from "kysely";
import type { IntentState, IntentTable, RuntimeTables } from "./database.ts";
import type { Metrics } from "./metrics.ts";

export interface IntentFilter {
  states?: readonly IntentState[] | undefined;
  kinds?: readonly string[] | undefined;
  /** Most rows. */
  limit: number;
}

/** An intent with the hashes of all its transactions, oldest first. */
export type ListedIntent = Selectable<IntentTable> & { hashes: string[] };

/** Newest first. */
export async function listIntents(db: Kysely<RuntimeTables>, filter: IntentFilter): Promise<ListedIntent[]> {
  let query = db.selectFrom("intents").selectAll().orderBy("id", "desc").limit(filter.limit);
  if (filter.states !== undefined) query = query.where("state", "in", filter.states);
  if (filter.kinds !== undefined) query = query.where("kind", "in", filter.kinds);
  const intents = await query.execute();
  if (intents.length === 0) return [];
  const transactions = await db
    .selectFrom("transactions")
    .select(["intentId", "hash"])
    .where(
      "intentId",
      "in",
      intents.map(({ id }) => id),
    )
    .orderBy("nonce")
    .execute();
  return intents.map((intent) => ({
    ...intent,
    hashes: transactions.filter(({ intentId }) => intentId === intent.id).map(({ hash }) => hash),
  }));
}

export interface IntentCount {
  kind: string;
  state: IntentState;
  count: number;
}

export async function countIntents(db: Kysely<RuntimeTables>): Promise<IntentCount[]> {
  const rows = await db
    .selectFrom("intents")
    .select((row) => ["kind", "state", row.fn.countAll<number>().as("count")])
    .groupBy(["kind", "state"])
    .orderBy("kind")
    .orderBy("state")
    .execute();
  return rows.map(({ kind, state, count }) => ({ kind, state, count: Number(count) }));
}

/** How many are in one of the states. */
export function totalOf(counts: readonly IntentCount[], states: readonly IntentState[]): number {
  return counts.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
}

/** Puts the counts into the metrics. */
export function measureIntents(metrics: Metrics, counts: readonly IntentCount[]): void {
  metrics.intents.reset();
  for (const { kind, state, count } of counts) metrics.intents.set({ kind, state }, count);
  metrics.parked.set(totalOf(counts, ["parked"]));
}
