import SQLite from "better-sqlite3";
import { type Generated, Kysely, SqliteAdapter, SqliteDialect } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { LeaseTable } from "./lease.ts";
import { EXIT, StopError } from "./stop-error.ts";

/**
 * `new` waits for its turn; `signed` has durable bytes and a nonce; `sent` was accepted by a node; `stolen`: another's
 * transaction has the nonce, not yet for good; `stuck`: its fee is not raised any further, and it may still be mined.
 * Then the ends: `done`, `failed`; `parked` gave up, and a person may retry it; `skipped` by a person.
 */
export type IntentState =
  | "new"
  | "signed"
  | "sent"
  | "stolen"
  | "stuck"
  | "done"
  | "failed"
  | "parked"
  | "skipped";

/** What may still change the outside world. */
export const OPEN_STATES: readonly IntentState[] = ["new", "signed", "sent", "stolen", "stuck"];

/** What a receipt must be before its outcome counts: on chain (`observe`), or out of a reorganisation's reach (`final`). */
export type Finality = "observe" | "final";

export interface IntentTable {
  id: Generated<number>;
  key: string;
  /** The key without its attempt number: what the intent is about. */
  subject: string;
  kind: string;
  /** encodePayload of what the kind needs. */
  payload: string;
  state: Generated<IntentState>;
  /** Grows with every change of any intent's state: what is new since, is above what was read before. */
  version: number;
  tries: Generated<number>;
  firstTryEpoch: number | null;
  error: string | null;
  result: string | null;
  /** As required when it was signed. */
  finality: Finality | null;
  /** Epochs at which a receipt counted as final without the node's word; 0: at once. */
  requiredDepth: number | null;
  /** attoFIL that the first signed bytes could cost. */
  quotedCost: string | null;
  /** Replacements since it was signed, or since a person last retried it. */
  bumps: Generated<number>;
  createdEpoch: number;
  finishedEpoch: number | null;
}

/** One attempt: signed bytes. Attempts of one intent share their nonce, unless another took it. */
export interface TransactionTable {
  id: Generated<number>;
  hash: string;
  intentId: number;
  account: string;
  nonce: number;
  /** The signed bytes. */
  raw: string;
  gas: string;
  maxFeePerGas: string;
  maxPriorityFeePerGas: string;
  signedEpoch: number;
  /** When a node first said that it had the bytes. */
  acceptedEpoch: number | null;
  /** Where its receipt was last seen. */
  minedEpoch: number | null;
  /** attoFIL that it cost, once its receipt is final. */
  fee: string | null;
  /** True until the nonce is used for good. */
  live: Generated<number>;
}

export interface CheckpointTable {
  name: string;
  value: string;
}

/** Tipsets from the last final one on: what a reorganisation is told by. */
export interface BlockTable {
  epoch: number;
  hash: string;
  parentHash: string;
}

/** What contracts told, in the order of the chain. */
export interface EventTable {
  epoch: number;
  logIndex: number;
  blockHash: string;
  transactionHash: string;
  /** Which contract, by the name that the reader was given. */
  contract: string;
  address: string;
  event: string;
  /** The first indexed argument, 32 bytes in hex: a deal, copy, rail or miner. */
  subject: string | null;
  /** encodePayload of the decoded arguments, by name. */
  args: string;
  /** As the node gave them: a JSON array. */
  topics: string;
  data: string;
}

export interface RuntimeTables {
  blocks: BlockTable;
  events: EventTable;
  intents: IntentTable;
  transactions: TransactionTable;
  checkpoints: CheckpointTable;
  leases: LeaseTable;
}

/** The database cannot be used as it is. */
export class DatabaseUnusableError extends StopError {
  constructor(path: string, why: string, next: string, cause?: unknown) {
    super(EXIT.config, `Database ${path}: ${why}.`, next, cause);
  }
}

/** The file is no whole database any more. */
export class DatabaseDamagedError extends StopError {
  constructor(path: string, why: string, cause?: unknown) {
    super(
      EXIT.failStop,
      `Database ${path} is damaged: ${why}.`,
      "holdfast-watch rebuild moves it aside; what matters is read again from the chain. A backup is better.",
      cause,
    );
  }
}

/** SQLite's words for a file that is not what it should be. */
export function isDamage(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

/** SQLite can undo changes of its schema, which kysely does not count on: all that is missing comes in one transaction. */
class WholeMigrations extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new (class extends SqliteAdapter {
      override get supportsTransactionalDdl(): boolean {
        return true;
      }
    })();
  }
}

/**
 * Opens the database with what a crash must not undo: write-ahead log and synchronous=FULL; brings its schema up to
 * date, forwards only. Checks the whole file first.
 * @throws DatabaseDamagedError; DatabaseUnusableError for a file that cannot be opened, or was written by a newer version.
 */
export async function openDatabase<T extends RuntimeTables>(
  path: string,
  migrations: Record<string, Migration>,
): Promise<Kysely<T>> {
  let file: SQLite.Database;
  try {
    file = new SQLite(path);
    file.pragma("journal_mode = WAL");
    file.pragma("synchronous = FULL");
    file.pragma("foreign_keys = ON");
    const damage = file.pragma("integrity_check(1)", { simple: true });
    if (damage !== "ok") throw new DatabaseDamagedError(path, String(damage));
  } catch (cause) {
    if (cause instanceof DatabaseDamagedError) throw cause;
    throw unreadable(path, cause);
  }
  const db = new Kysely<T>({ dialect: new WholeMigrations({ database: file }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    const why = `its schema cannot be brought up to date: ${String(error)}`;
    throw new DatabaseUnusableError(path, why, NEWER, error);
  }
  return db;
}

/**
 * Opens the database to look at it, also while a daemon works on it: its schema stays as it is, and the whole of it is not
 * checked. Whoever meets damage when reading is told so by SQLite (`isDamage`).
 * @throws DatabaseDamagedError; DatabaseUnusableError for a file that cannot be opened, or was written by another version.
 */
export function openToRead<T extends RuntimeTables>(
  path: string,
  migrations: Record<string, Migration>,
): Kysely<T> {
  let file: SQLite.Database | undefined;
  let applied: readonly string[];
  try {
    file = new SQLite(path, { readonly: true, fileMustExist: true });
    const isMade = file.prepare("SELECT 1 FROM sqlite_master WHERE name = 'kysely_migration'").get();
    const names = "SELECT name FROM kysely_migration";
    applied = isMade === undefined ? [] : file.prepare<[], string>(names).pluck().all();
  } catch (cause) {
    file?.close();
    throw unreadable(path, cause);
  }
  const [isOlder, isNewer] = [
    Object.keys(migrations).some((name) => !applied.includes(name)),
    applied.some((name) => !(name in migrations)),
  ];
  if (!isOlder && !isNewer) return new Kysely<T>({ dialect: new SqliteDialect({ database: file }) });
  file.close();
  throw isNewer
    ? new DatabaseUnusableError(path, "a newer version of Holdfast wrote it", NEWER)
    : new DatabaseUnusableError(
        path,
        "an older version of Holdfast wrote it, and to look at it changes nothing",
        "stop the daemon if one runs on it, and start this version's: holdfast-watch run brings it up to date.",
      );
}

const NEWER = "Run the version of Holdfast that wrote it, or a newer one.";

function unreadable(path: string, cause: unknown): StopError {
  if (isDamage(cause)) return new DatabaseDamagedError(path, (cause as Error).message, cause);
  return new DatabaseUnusableError(path, "it cannot be opened", "check the path and its permissions.", cause);
}

/** A consistent copy, also of a database that is in use. */
export function copyDatabase(path: string, to: string): void {
  const file = new SQLite(path, { readonly: true });
  try {
    file.prepare("VACUUM INTO ?").run(to);
  } finally {
    file.close();
  }
}

/** Refuses a database that another chain, account or contract has written to. @throws DatabaseUnusableError */
export async function checkIdentity(
  db: Kysely<RuntimeTables>,
  path: string,
  identity: string,
): Promise<void> {
  const row = await db
    .selectFrom("checkpoints")
    .select("value")
    .where("name", "=", "identity")
    .executeTakeFirst();
  if (row !== undefined && row.value !== identity) {
    const what = `it belongs to ${row.value}, not to ${identity}`;
    throw new DatabaseUnusableError(path, what, "give each its own database.");
  }
}

/** The same, and from now on it is `identity`'s. @throws DatabaseUnusableError */
export async function bindDatabase(db: Kysely<RuntimeTables>, path: string, identity: string): Promise<void> {
  await db
    .insertInto("checkpoints")
    .values({ name: "identity", value: identity })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await checkIdentity(db, path, identity);
}
