import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SQLite from "better-sqlite3";
import { expect } from "chai";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { migrations } from "../migrations/index.ts";
import {
  bindDatabase,
  DatabaseDamagedError,
  DatabaseUnusableError,
  isDamage,
  openDatabase,
  openToRead,
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

  describe("opened to read", () => {
    const look = () => openToRead<RuntimeTables>(path, migrations);
    const refused = () => refusal(Promise.resolve().then(look));
    const applied = () => {
      const file = new SQLite(path, { readonly: true });
      try {
        return file.prepare("SELECT name FROM kysely_migration").pluck().all();
      } finally {
        file.close();
      }
    };

    it("shows what a daemon has just written, and takes no change", async () => {
      const daemon = await open();
      const db = look();
      await daemon.insertInto("checkpoints").values({ name: "a", value: "b" }).execute();
      expect(await db.selectFrom("checkpoints").selectAll().execute()).to.deep.equal([
        { name: "a", value: "b" },
      ]);
      const change = await db
        .deleteFrom("checkpoints")
        .execute()
        .catch((error: Error) => error);
      expect(String(change)).to.match(/readonly database/);
      await db.destroy();
      await daemon.destroy();
    });

    it("is not migrated: an older one stays as it is, and the message tells what brings it up to date", async () => {
      const [[name, first]] = Object.entries(migrations) as [[string, Migration]];
      await (await openDatabase(path, { [name]: first })).destroy();
      expect(await refused()).to.match(
        /an older version .*\nNext: .*holdfast-watch run brings it up to date/s,
      );
      expect(applied()).to.deep.equal([name]);
      new SQLite(path).exec("DROP TABLE kysely_migration").close();
      expect(await refused()).to.match(/an older version/);
    });

    it("is not read by an older version than wrote it", async () => {
      await (await openDatabase(path, { ...migrations, "9999-later": { up: async () => {} } })).destroy();
      expect(await refused()).to.match(/a newer version .*\nNext: .*newer/s);
    });

    it("is not checked whole: what is not damaged can be read", async () => {
      const daemon = await open();
      await daemon.insertInto("checkpoints").values({ name: "a", value: "b" }).execute();
      await daemon.destroy();
      const file = new SQLite(path);
      const page = file.prepare("select pageno from dbstat where name = 'events'").pluck().get() as number;
      file.close();
      const raw = openSync(path, "r+");
      writeSync(raw, Buffer.alloc(4096, 0xff), 0, 4096, (page - 1) * 4096);
      closeSync(raw);
      await refusal(open(), DatabaseDamagedError);
      const db = look();
      expect(await db.selectFrom("checkpoints").selectAll().execute()).to.have.length(1);
      const events = await db
        .selectFrom("events")
        .selectAll()
        .execute()
        .catch((error: unknown) => error);
      expect(isDamage(events)).to.equal(true);
      await db.destroy();
    });

    it("is not made where there is none, and is not any file", async () => {
      expect(await refused()).to.match(/it cannot be opened/);
      expect(existsSync(path)).to.equal(false);
      writeFileSync(path, "these are my notes, and no database at all ".repeat(100));
      expect(await refusal(Promise.resolve().then(look), DatabaseDamagedError)).to.match(/not a database/);
    });
  });

  it("belongs to one chain, account and contract", async () => {
    const db = await open();
    await bindDatabase(db, path, "314/0xaa/0xbb");
    await bindDatabase(db, path, "314/0xaa/0xbb");
    expect(await refusal(bindDatabase(db, path, "314159/0xaa/0xbb"))).to.match(/belongs to 314\/0xaa\/0xbb/);
    await db.destroy();
  });
});
