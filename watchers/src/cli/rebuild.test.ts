import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Kysely } from "kysely";
import { manualClock } from "../../test/manual-clock.ts";
import { overwriteTable } from "../../test/overwrite-table.ts";
import { quiet } from "../../test/quiet.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { TAKEOVER_MS, takeLease } from "../runtime/lease.ts";
import type { Context } from "./context.ts";
import { rebuild } from "./rebuild.ts";

describe("rebuild of a damaged database", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-rebuild-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A database that a daemon has the lease of, with every page of one table overwritten. */
  async function damaged(table: string) {
    const database = join(folder, "watch.db");
    const clock = manualClock();
    const db = (await openWatcherDatabase(database)) as unknown as Kysely<RuntimeTables>;
    await takeLease({ db, clock, logger: quiet, holder: { machine: "here", pid: 77 } });
    await db.destroy();
    overwriteTable(database, table);
    const context = { config: { database }, clock, answer: () => undefined } as unknown as Context;
    return { context, clock, isThere: () => existsSync(database) };
  }

  it("leaves it to the daemon that holds it, also with --force, until that gives no sign of life", async () => {
    const { context, clock, isThere } = await damaged("submissions");
    for (const force of [false, true]) {
      const error = await rebuild(context, { force }).catch((thrown: Error) => thrown);
      expect(String(error)).to.match(/LeaseHeldError: .* in use by process 77 on here/);
    }
    expect(isThere()).to.equal(true);
    clock.advance(TAKEOVER_MS);
    expect(await rebuild(context, {})).to.equal(0);
    expect(isThere()).to.equal(false);
  });

  it("asks for --force when it cannot be told whether a daemon holds it", async () => {
    const { context, isThere } = await damaged("leases");
    const error = await rebuild(context, {}).catch((thrown: Error) => thrown);
    expect(String(error)).to.match(/whether a daemon .* cannot be read[\s\S]*Next: .*--force/);
    expect(isThere()).to.equal(true);
    expect(await rebuild(context, { force: true })).to.equal(0);
    expect(isThere()).to.equal(false);
  });
});
