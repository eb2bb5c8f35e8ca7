import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Address, PublicClient } from "viem";
import { readAccount } from "../runtime/account-state.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { listIntents, skipIntent } from "../runtime/intents-admin.ts";

export interface CatchUpOptions {
  db: Kysely<RuntimeTables>;
  client: PublicClient;
  account: Address;
  /** Kinds that are transactions. */
  kinds: readonly string[];
  logger: Logger;
}

const REASON = "decided before the account sent transactions that this database does not know of";

/**
 * Whether a database that may be new, or an old copy, knows enough to act on. Transactions that it does not know of must be
 * mined first: then the chain's state tells what they did. What it had decided before them, and not signed, is decided anew.
 */
export async function catchUp({ db, client, account, kinds, logger }: CatchUpOptions): Promise<boolean> {
  const { mined, known } = await readAccount(client, account);
  const { highest } = await db
    .selectFrom("transactions")
    .select((row) => row.fn.max<number | null>("nonce").as("highest"))
    .where("account", "=", account)
    .executeTakeFirstOrThrow();
  const ours = Math.max(highest === null ? 0 : highest + 1, await seen(db));
  if (known > mined && known > ours) {
    logger.warn(
      { pending: known - Math.max(mined, ours) },
      "waiting for transactions that are not in the database",
    );
    return false;
  }
  if (mined > ours) await skipUndecided();
  await see(db, mined);
  return true;

  async function skipUndecided(): Promise<void> {
    const epoch = await client.getBlockNumber({ cacheTime: 0 });
    for (const { id, key } of await listIntents(db, { states: ["new"], kinds, limit: 100_000 })) {
      await skipIntent(db, id, REASON, epoch);
      logger.warn({ intentId: id, key, epoch }, REASON);
    }
  }
}

const SEEN = "account:nonce";

/** How many transactions the account had sent, whoever signed them, when the daemon last started. */
async function seen(db: Kysely<RuntimeTables>): Promise<number> {
  const row = await db.selectFrom("checkpoints").select("value").where("name", "=", SEEN).executeTakeFirst();
  return Number(row?.value ?? 0);
}

async function see(db: Kysely<RuntimeTables>, count: number): Promise<void> {
  const value = `${count}`;
  await db
    .insertInto("checkpoints")
    .values({ name: SEEN, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}
