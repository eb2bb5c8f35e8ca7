import type { Kysely } from "kysely";
import type { Address } from "viem";
import type { IntentState, RuntimeTables } from "./database.ts";
import type { Metrics } from "./metrics.ts";
import { nextVersion, type StoredIntent } from "./outbox.ts";
import { EXIT, StopError } from "./stop-error.ts";

/** Signed bytes of an intent, as an operator sees them. */
export interface Attempt {
  hash: string;
  nonce: number;
  signedEpoch: number;
  acceptedEpoch: number | null;
  minedEpoch: number | null;
  /** attoFIL, once final. */
  fee: string | null;
  /** Whether it may still be mined, or its mining be undone. */
  isLive: boolean;
}

export interface ListedIntent extends StoredIntent {
  attempts: Attempt[];
}

export interface IntentFilter {
  states?: readonly IntentState[];
  kinds?: readonly string[];
  /** Only older ones, for the next page. */
  before?: number;
  /** Newest first, 100 unless it says otherwise. */
  limit?: number;
}

/** What a person asked for cannot be done to this intent. */
export class IntentActionError extends StopError {
  constructor(what: string, next: string) {
    super(EXIT.error, what, next);
  }
}

/** What waits for a person. */
export const PARKED_STATES: readonly IntentState[] = ["parked", "stuck"];

/** SQLite takes 32,766 values in one statement. */
const CHUNK = 1000;

/** Intents, newest first, with everything that was signed for them. */
export async function listIntents(
  db: Kysely<RuntimeTables>,
  { states, kinds, before, limit = 100 }: IntentFilter = {},
): Promise<ListedIntent[]> {
  let query = db.selectFrom("intents").selectAll().orderBy("id", "desc").limit(limit);
  if (states !== undefined) query = query.where("state", "in", states);
  if (kinds !== undefined) query = query.where("kind", "in", kinds);
  if (before !== undefined) query = query.where("id", "<", before);
  const intents = await query.execute();
  const attempts = [];
  for (let start = 0; start < intents.length; start += CHUNK) {
    const ids = intents.slice(start, start + CHUNK).map(({ id }) => id);
    attempts.push(...(await attemptsOf(db, ids)));
  }
  const byIntent = Map.groupBy(attempts, ({ intentId }) => intentId);
  return intents.map((intent) => ({
    ...intent,
    attempts: (byIntent.get(intent.id) ?? []).map(({ intentId: _, live, ...attempt }) => ({
      ...attempt,
      isLive: live === 1,
    })),
  }));
}

/**
 * Gives an intent that waits for a person another twelve tries, or, if it is stuck, another six replacements, each again
 * up to five times what the last attempt may cost.
 * @param decidedAnew kinds that are decided anew as soon as they are parked: tried again, they could be done twice
 * @throws IntentActionError if it does not wait for a person, or is of such a kind
 */
export async function retryIntent(
  db: Kysely<RuntimeTables>,
  id: number,
  decidedAnew: readonly string[] = [],
): Promise<void> {
  await db.transaction().execute(async (within) => {
    const { state, kind } = await intentOf(within, id);
    if (state === "parked" && decidedAnew.includes(kind)) {
      throw new IntentActionError(
        `Intent ${id} is a parked ${kind}, and what is still wanted of it is decided anew: tried again, it could be done twice.`,
        `holdfast-watch skip ${id} --reason <text>`,
      );
    }
    if (!PARKED_STATES.includes(state)) {
      const next = state === "failed" ? "nothing: what is still wanted is decided anew" : "wait for it";
      throw new IntentActionError(`Intent ${id} is ${state}, not parked or stuck.`, next);
    }
    await within
      .updateTable("intents")
      .set({ state: state === "stuck" ? "sent" : "new", version: nextVersion })
      .set({ tries: 0, firstTryEpoch: null, finishedEpoch: null, bumps: 0, quotedCost: null })
      .where("id", "=", id)
      .execute();
  });
}

/** Whose nonce a stuck intent has, and how deep it has to lie; undefined if it is not stuck: then no nonce lets it be skipped. */
export async function stuckAccount(
  db: Kysely<RuntimeTables>,
  id: number,
): Promise<{ account: Address; requiredDepth: number | null } | undefined> {
  const found = await db
    .selectFrom("transactions")
    .innerJoin("intents", "intents.id", "transactions.intentId")
    .select(["account", "requiredDepth"])
    .where("intents.id", "=", id)
    .where("intents.state", "=", "stuck")
    .where("live", "=", 1)
    .executeTakeFirst();
  return found === undefined ? undefined : { ...found, account: found.account as Address };
}

/**
 * Gives an intent up, for a reason that is kept. What was decided once may be decided again: to keep that from happening,
 * change the policy.
 * @param finalNonce the account's nonces below it are used for good: a stuck intent that has one of these is settled with it
 * @throws IntentActionError if it has ended, or if signed bytes of it may still be mined
 */
export async function skipIntent(
  db: Kysely<RuntimeTables>,
  id: number,
  reason: string,
  epoch: bigint,
  finalNonce = 0,
): Promise<void> {
  if (reason.trim() === "")
    throw new IntentActionError(`Intent ${id} cannot be skipped without a reason.`, "say why");
  await db.transaction().execute(async (within) => {
    const { state } = await intentOf(within, id);
    const live = await within
      .selectFrom("transactions")
      .select(["hash", "nonce"])
      .where("intentId", "=", id)
      .where("live", "=", 1)
      .orderBy("id", "desc")
      .executeTakeFirst();
    const isForgotten = state === "stuck" && live !== undefined && live.nonce < finalNonce;
    if (isForgotten) {
      await within.updateTable("transactions").set({ live: 0 }).where("intentId", "=", id).execute();
    } else if (live !== undefined) {
      throw new IntentActionError(
        `Intent ${id} has signed bytes (${live.hash}, nonce ${live.nonce}) that may still be mined: forgetting them could do it twice.`,
        `wait until they are final; to be rid of them sooner, send any other transaction with nonce ${live.nonce} from this account: then the intent starts anew and can be skipped`,
      );
    }
    const { numUpdatedRows } = await within
      .updateTable("intents")
      .set({ state: "skipped", error: reason, finishedEpoch: Number(epoch), version: nextVersion })
      .where("id", "=", id)
      .where("state", "in", isForgotten ? ["stuck"] : ["new", "parked"])
      .executeTakeFirst();
    if (numUpdatedRows !== 1n)
      throw new IntentActionError(`Intent ${id} has ended: it is ${state}.`, "nothing");
  });
}

/** Signed transactions that are not final yet. While draining: 0 says that the account is at rest. */
export async function countUnsettled(db: Kysely<RuntimeTables>): Promise<number> {
  const { count } = await db
    .selectFrom("transactions")
    .select((row) => row.fn.count<number | string>("nonce").distinct().as("count"))
    .where("live", "=", 1)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Intents by kind and state, counted in the index. */
export async function countIntents(
  db: Kysely<RuntimeTables>,
): Promise<{ kind: string; state: IntentState; count: number }[]> {
  const rows = await db
    .selectFrom("intents")
    .select((row) => ["kind", "state", row.fn.countAll<number | string>().as("count")])
    .groupBy(["state", "kind"])
    .execute();
  return rows.map(({ kind, state, count }) => ({ kind, state, count: Number(count) }));
}

/** Has the intents counted whenever the metrics are read. */
export function measureIntents(db: Kysely<RuntimeTables>, metrics: Metrics): void {
  Object.assign(metrics.intents, {
    async collect() {
      metrics.intents.reset();
      for (const { kind, state, count } of await countIntents(db))
        metrics.intents.set({ kind, state }, count);
    },
  });
  Object.assign(metrics.parked, {
    async collect() {
      const waiting = (await countIntents(db)).filter(({ state }) => PARKED_STATES.includes(state));
      metrics.parked.set(waiting.reduce((sum, { count }) => sum + count, 0));
    },
  });
}

/** How many of the counted are in one of the states. */
export function totalOf(
  counts: readonly { state: IntentState; count: number }[],
  states: readonly IntentState[],
): number {
  return counts.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
}

/** Oldest first. */
const attemptsOf = (db: Kysely<RuntimeTables>, ids: number[]) =>
  db
    .selectFrom("transactions")
    .select(["intentId", "hash", "nonce", "signedEpoch", "acceptedEpoch", "minedEpoch", "fee", "live"])
    .where("intentId", "in", ids)
    .orderBy("id")
    .execute();

async function intentOf(
  db: Kysely<RuntimeTables>,
  id: number,
): Promise<{ state: IntentState; kind: string }> {
  const found = await db
    .selectFrom("intents")
    .select(["state", "kind"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (found === undefined) throw new IntentActionError(`There is no intent ${id}.`, "holdfast-watch intents");
  return found;
}
