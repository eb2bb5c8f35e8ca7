import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const leases: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("leases")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("token", "integer", (column) => column.notNull())
      .addColumn("machine", "text", (column) => column.notNull())
      .addColumn("pid", "integer", (column) => column.notNull())
      .addColumn("url", "text")
      .addColumn("takenAt", "bigint", (column) => column.notNull())
      .addColumn("beatAt", "bigint", (column) => column.notNull())
      .execute();
  },
};
