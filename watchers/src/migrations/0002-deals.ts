import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const deals: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("submissions")
      .addColumn("copyId", "text", (column) => column.primaryKey())
      .addColumn("provider", "text", (column) => column.notNull())
      .addColumn("endpoint", "text", (column) => column.notNull())
      .addColumn("ulid", "text", (column) => column.notNull().unique())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("reason", "text")
      .addColumn("sinceEpoch", "integer", (column) => column.notNull())
      .addColumn("heardEpoch", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("retrievals")
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("copyId", "text", (column) => column.notNull())
      .addColumn("provider", "text", (column) => column.notNull())
      .addColumn("epoch", "integer", (column) => column.notNull())
      .addColumn("passed", "integer", (column) => column.notNull())
      .addColumn("detail", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("retrievals_by_copy").on("retrievals").columns(["copyId", "epoch"]).execute();
  },
};
