import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SQLite from "better-sqlite3";
import { expect } from "chai";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { migrations } from "../migrations/index.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { DatabaseUnusableError, openDatabase } from "../runtime/database.ts";
import type { Context } from "./context.ts";
import { exportEvents } from "./export.ts";
import { intents } from "./intents.ts";
import { status } from "./status.ts";
import { verify } from "./verify.ts";

describe("commands that look", () => {
  let folder: string;
  let context: Context;
  const answers: unknown[] = [];
  beforeEach(() => {
    answers.length = 0;
    folder = mkdtempSync(join(tmpdir(), "holdfast-look-"));
    const config = { database: join(folder, "watch.db"), chain: { contracts: {} }, http: {} };
    context = {
      ...{ config, clock: manualClock(), logger: quiet },
      answer: (value: unknown) => void answers.push(value),
    } as unknown as Context;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const COMMANDS: Record<string, () => Promise<number>> = {
    status: () => status(context),
    intents: () => intents(context, { limit: 50 }),
    export: () => exportEvents(context, { output: join(folder, "out.jsonl") }),
    verify: () => verify(context),
  };
  function schema(): unknown {
    const file = new SQLite(context.config.database, { readonly: true });
    try {
      return file.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
    } finally {
      file.close();
    }
  }

  for (const [name, command] of Object.entries(COMMANDS)) {
    it(`${name} leaves an older database as it is, and says what brings it up to date`, async () => {
      const [first] = Object.entries(migrations) as [[string, (typeof migrations)[string]]];
      await (await openDatabase(context.config.database, Object.fromEntries([first]))).destroy();
      const before = schema();
      const thrown = await command().catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(DatabaseUnusableError);
      expect(String(thrown)).to.match(/older version[\s\S]*Next: .*holdfast-watch run/);
      expect(schema()).to.deep.equal(before);
    });
  }

  it("answer from a database of their own version", async () => {
    await (await openWatcherDatabase(context.config.database)).destroy();
    expect(await status(context)).to.equal(2);
    expect(await intents(context, { limit: 50 })).to.equal(0);
    expect(await exportEvents(context, { output: join(folder, "out.jsonl") })).to.equal(0);
    expect(answers[0]).to.include({ pending: 0, daemon: null });
  });
});
