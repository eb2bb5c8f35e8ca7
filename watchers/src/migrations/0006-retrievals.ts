import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const retrievals: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createIndex("retrievals_by_outcome")
      .on("retrievals")
      .columns(["passed", "epoch", "copyId"])
      .execute();
  },
};
