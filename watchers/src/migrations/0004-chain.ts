import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const chain: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("blocks")
      .addColumn("epoch", "integer", (column) => column.primaryKey())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("parentHash", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("events")
      .addColumn("epoch", "integer", (column) => column.notNull())
      .addColumn("logIndex", "integer", (column) => column.notNull())
      .addColumn("blockHash", "text", (column) => column.notNull())
      .addColumn("transactionHash", "text", (column) => column.notNull())
      .addColumn("contract", "text", (column) => column.notNull())
      .addColumn("address", "text", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("subject", "text")
      .addColumn("args", "text", (column) => column.notNull())
      .addColumn("topics", "text", (column) => column.notNull())
      .addColumn("data", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_by_place", ["epoch", "logIndex"])
      .execute();
    await db.schema.createIndex("events_by_subject").on("events").columns(["event", "subject"]).execute();
  },
};
