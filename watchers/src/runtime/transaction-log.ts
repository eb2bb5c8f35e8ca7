import type { Kysely, Selectable } from "kysely";
import type { RuntimeTables, TransactionTable } from "./database.ts";

export type StoredTransaction = Selectable<TransactionTable>;

/** The signed transactions of one account, as the database knows them. */
export function createTransactionLog(db: Kysely<RuntimeTables>, account: string) {
  return {
    /** Attempts that may still be mined, oldest first, by intent. */
    async liveOf(intentIds: readonly number[]): Promise<Map<number, StoredTransaction[]>> {
      const byIntent = new Map<number, StoredTransaction[]>();
      if (intentIds.length === 0) return byIntent;
      const rows = await db
        .selectFrom("transactions")
        .selectAll()
        .where("intentId", "in", intentIds)
        .where("live", "=", 1)
        .orderBy("rowid" as never)
        .execute();
      for (const row of rows) byIntent.set(row.intentId, [...(byIntent.get(row.intentId) ?? []), row]);
      return byIntent;
    },

    /** One more than the highest nonce ever signed and not given up. */
    async nextNonce(): Promise<number> {
      const { highest } = await db
        .selectFrom("transactions")
        .select((row) => row.fn.max<number | null>("nonce").as("highest"))
        .where("account", "=", account)
        .where("live", "=", 1)
        .executeTakeFirstOrThrow();
      return highest === null ? 0 : highest + 1;
    },

    /** Nonce and bytes become durable together, before the first byte leaves. */
    async store(transaction: StoredTransaction): Promise<void> {
      await db.transaction().execute(async (within) => {
        await within.insertInto("transactions").values(transaction).execute();
        await within
          .updateTable("intents")
          .set({ state: "signed" })
          .where("id", "=", transaction.intentId)
          .execute();
      });
    },

    async accepted(intentId: number, hash: string, epoch: bigint): Promise<void> {
      await db.transaction().execute(async (within) => {
        await within.updateTable("intents").set({ state: "sent" }).where("id", "=", intentId).execute();
        await within
          .updateTable("transactions")
          .set({ sentEpoch: Number(epoch) })
          .where("hash", "=", hash)
          .execute();
      });
    },

    async note(intentId: number, error: string): Promise<void> {
      await db.updateTable("intents").set({ error }).where("id", "=", intentId).execute();
    },

    /** The nonce went to another's transaction, for good: the intent starts anew. */
    async release(intentId: number): Promise<void> {
      await db.transaction().execute(async (within) => {
        await within.updateTable("transactions").set({ live: 0 }).where("intentId", "=", intentId).execute();
        await within.updateTable("intents").set({ state: "new" }).where("id", "=", intentId).execute();
      });
    },
  };
}
