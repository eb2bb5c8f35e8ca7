import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { migrations } from "../migrations/index.ts";
import {
  bindDatabase,
  DatabaseDamagedError,
  DatabaseUnusableError,
  openDatabase,
  type RuntimeTables,
} from "./database.ts";

describe("database", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-database-"));
    path = join(folder, "watcher.db");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = () => openDatabase<RuntimeTables>(path, migrations);
  const refusal = async (
    opening: Promise<unknown> = open(),
    kind: typeof DatabaseUnusableError | typeof DatabaseDamagedError = DatabaseUnusableError,
  ) => {
    const thrown = await opening.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).to.be.instanceOf(kind);
    return (thrown as Error).message;
  };

  it("is written ahead and flushed at every commit", async () => {
    const db = await open();
    const pragma = async (name: string) =>
      Object.values((await sql<object>`${sql.raw(`pragma ${name}`)}`.execute(db)).rows[0] as object)[0];
    expect(await pragma("journal_mode")).to.equal("wal");
    // 2 is FULL.
    expect(await pragma("synchronous")).to.equal(2);
    expect(await pragma("foreign_keys")).to.equal(1);
    await db.destroy();
  });

  it("is made whole or not at all: a process that dies over its schema leaves nothing in the way", async () => {
    const [[name, first]] = Object.entries(migrations) as [[string, Migration]];
    const dying = async (db: Kysely<unknown>) => {
      await first.up(db);
      throw new Error("killed");
    };
    await refusal(openDatabase(path, { [name]: { up: dying } }));
    const db = await open();
    expect(await db.selectFrom("intents").selectAll().execute()).to.deep.equal([]);
    await db.destroy();
  });

  it("is not used when it is damaged; the message tells how to get another from the chain", async () => {
    const db = await open();
    const values = Array.from({ length: 500 }, (_, index) => ({ name: `${index}`, value: "x".repeat(100) }));
    await db.insertInto("checkpoints").values(values).execute();
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    await db.destroy();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(8192, 0xa5), 0, 8192, 20 * 4096);
    closeSync(file);
    const message = await refusal(open(), DatabaseDamagedError);
    expect(message).to.match(/watcher\.db is damaged: /);
    expect(message).to.match(/Next: holdfast-watch rebuild moves it aside.*read again from the chain/);
  });

  it("is not any file", async () => {
    writeFileSync(path, "these are my notes, and no database at all ".repeat(100));
    expect(await refusal(open(), DatabaseDamagedError)).to.match(/file is not a database/);
  });

  it("of a newer version is not used", async () => {
    const db = await openDatabase<RuntimeTables>(path, {
      ...migrations,
      "9999-later": { up: async () => {} },
    });
    await db.destroy();
    expect(await refusal()).to.match(/cannot be brought up to date.*\nNext: .*newer/s);
  });

  it("belongs to one chain, account and contract", async () => {
    const db = await open();
    await bindDatabase(db, path, "314/0xaa/0xbb");
    await bindDatabase(db, path, "314/0xaa/0xbb");
    expect(await refusal(bindDatabase(db, path, "314159/0xaa/0xbb"))).to.match(/belongs to 314\/0xaa\/0xbb/);
    await db.destroy();
  });
});
