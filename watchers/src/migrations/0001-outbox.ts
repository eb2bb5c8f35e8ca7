import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const outbox: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("intents")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("key", "text", (column) => column.notNull().unique())
      .addColumn("subject", "text", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("payload", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull().defaultTo("new"))
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("tries", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("firstTryEpoch", "integer")
      .addColumn("error", "text")
      .addColumn("result", "text")
      .addColumn("finality", "text")
      .addColumn("requiredDepth", "integer")
      .addColumn("quotedCost", "text")
      .addColumn("bumps", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("createdEpoch", "integer", (column) => column.notNull())
      .addColumn("finishedEpoch", "integer")
      .execute();
    await db.schema.createIndex("intents_by_state").on("intents").columns(["state", "kind"]).execute();
    await db.schema.createIndex("intents_by_subject").on("intents").column("subject").execute();
    await db.schema.createIndex("intents_by_version").on("intents").column("version").execute();
    await db.schema
      .createTable("transactions")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("hash", "text", (column) => column.notNull().unique())
      .addColumn("intentId", "integer", (column) => column.notNull().references("intents.id"))
      .addColumn("account", "text", (column) => column.notNull())
      .addColumn("nonce", "integer", (column) => column.notNull())
      .addColumn("raw", "text", (column) => column.notNull())
      .addColumn("gas", "text", (column) => column.notNull())
      .addColumn("maxFeePerGas", "text", (column) => column.notNull())
      .addColumn("maxPriorityFeePerGas", "text", (column) => column.notNull())
      .addColumn("signedEpoch", "integer", (column) => column.notNull())
      .addColumn("acceptedEpoch", "integer")
      .addColumn("minedEpoch", "integer")
      .addColumn("fee", "text")
      .addColumn("live", "integer", (column) => column.notNull().defaultTo(1))
      .execute();
    await db.schema.createIndex("transactions_by_intent").on("transactions").column("intentId").execute();
    await db.schema
      .createIndex("transactions_by_nonce")
      .on("transactions")
      .columns(["account", "nonce"])
      .execute();
    await db.schema
      .createIndex("transactions_by_life")
      .on("transactions")
      .columns(["account", "live"])
      .execute();
    await db.schema
      .createIndex("transactions_by_epoch")
      .on("transactions")
      .columns(["account", "signedEpoch"])
      .execute();
    await db.schema
      .createTable("checkpoints")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("value", "text", (column) => column.notNull())
      .execute();
  },
};
