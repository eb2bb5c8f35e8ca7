import { existsSync, renameSync } from "node:fs";
import SQLite from "better-sqlite3";
import type { Kysely } from "kysely";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { DatabaseDamagedError, type RuntimeTables } from "../runtime/database.ts";
import { isHeld, LeaseHeldError, type LeaseTable, readLease } from "../runtime/lease.ts";
import { EXIT, StopError } from "../runtime/stop-error.ts";
import { type Context, DatabaseMissingError } from "./context.ts";

/** The database is whole. */
export class DatabaseSoundError extends StopError {
  constructor(path: string) {
    super(
      EXIT.error,
      `Database ${path} is not damaged. Setting it aside would lose what it knows: parked intents, samples, submissions.`,
      "holdfast-watch verify; or say --force.",
    );
  }
}

/** The database is too damaged to say who holds it. */
export class LeaseUnreadableError extends StopError {
  constructor(path: string, cause: unknown) {
    super(
      EXIT.error,
      `Database ${path} is damaged, and whether a daemon works on it cannot be read (${(cause as Error).message}). ` +
        "One that does would go on with the file set aside, and the next `run` would decide on the same key beside it.",
      "stop every daemon of this database, and say --force: that none of them runs any more.",
      cause,
    );
  }
}

/** `holdfast-watch rebuild`: sets a damaged database aside, so that the next `run` reads everything from the chain. */
export async function rebuild(context: Context, { force = false }: { force?: boolean }): Promise<number> {
  const { database } = context.config;
  if (!existsSync(database)) throw new DatabaseMissingError(database);
  await checkUnused(context, force);
  const aside = `${database}.${new Date(context.clock.now()).toISOString().replace(/[:.]/g, "-")}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(database + suffix)) renameSync(database + suffix, aside + suffix);
  }
  context.answer(
    { database, aside },
    `${database} is now ${aside}.\nNext: holdfast-watch run; it waits until earlier transactions are mined, and reads the rest from the chain.`,
  );
  return EXIT.ok;
}

/** @throws DatabaseSoundError, LeaseHeldError, LeaseUnreadableError */
async function checkUnused({ config: { database }, clock }: Context, force: boolean): Promise<void> {
  let db: Awaited<ReturnType<typeof openWatcherDatabase>>;
  try {
    db = await openWatcherDatabase(database);
  } catch (error) {
    if (!(error instanceof DatabaseDamagedError)) throw error;
    const lease = leaseInDamaged(database, force);
    if (isHeld(lease, clock.now())) throw new LeaseHeldError(lease, clock.now());
    return;
  }
  try {
    const lease = await readLease(db as unknown as Kysely<RuntimeTables>);
    if (isHeld(lease, clock.now())) throw new LeaseHeldError(lease, clock.now());
    if (!force) throw new DatabaseSoundError(database);
  } finally {
    await db.destroy();
  }
}

/** Who had a damaged database last, if its page is still whole. @throws LeaseUnreadableError unless forced */
function leaseInDamaged(path: string, force: boolean): LeaseTable | undefined {
  let file: SQLite.Database | undefined;
  try {
    file = new SQLite(path, { readonly: true });
    return file.prepare<[], LeaseTable>("SELECT * FROM leases").get();
  } catch (cause) {
    if (force) return undefined;
    throw new LeaseUnreadableError(path, cause);
  } finally {
    file?.close();
  }
}
