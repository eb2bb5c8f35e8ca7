import { closeSync, openSync, writeSync } from "node:fs";
import SQLite from "better-sqlite3";
import { type Kysely, sql } from "kysely";
import type { RuntimeTables } from "../src/runtime/database.ts";

/** Overwrites every page of one table in a database file, as a failing disk might. */
export function overwriteTable(path: string, table: string): void {
  const file = new SQLite(path, { readonly: true });
  const pages = file.prepare("select pageno from dbstat where name = ?").pluck().all(table) as number[];
  const size = file.pragma("page_size", { simple: true }) as number;
  file.close();
  const raw = openSync(path, "r+");
  for (const page of pages) writeSync(raw, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  closeSync(raw);
}

/** The same under a connection that is open: it reads the file again. */
export async function overwriteUnder(db: Kysely<RuntimeTables>, path: string, table: string): Promise<void> {
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
  await sql`pragma shrink_memory`.execute(db);
  overwriteTable(path, table);
}
