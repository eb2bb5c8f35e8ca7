import { existsSync } from "node:fs";
import { findCause } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { type DaemonConfig, loadConfig } from "../config.ts";
import type { DealsTables } from "../deals/tables.ts";
import { openWatcherDatabase, readWatcherDatabase } from "../open-watcher-database.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { DatabaseDamagedError, isDamage, type RuntimeTables } from "../runtime/database.ts";
import { hideUrl, type Redactor } from "../runtime/redactor.ts";
import { toJson } from "../runtime/status-server.ts";
import { EXIT, StopError } from "../runtime/stop-error.ts";
import { readSecretFile } from "./key.ts";
import { createLogger } from "./log.ts";

/** What every command has. */
export interface Context {
  config: DaemonConfig;
  redactor: Redactor;
  clock: Clock;
  logger: Logger;
  /** The answer of a command, on stdout: an object with --json, else text. */
  answer(value: unknown, text: string): void;
}

export interface GlobalFlags {
  config?: string;
  json?: boolean;
}

/** There is nothing to read yet. */
export class DatabaseMissingError extends StopError {
  constructor(path: string) {
    super(
      EXIT.error,
      `There is no database ${path}.`,
      "holdfast-watch run makes it; else check `database` in the configuration.",
    );
  }
}

/** @throws ConfigInvalidError */
export function openContext({ config: path, json = false }: GlobalFlags, redactor: Redactor): Context {
  const config = loadConfig(path);
  for (const url of config.endpoints) hideUrl(redactor, url);
  const { token, tokenFile } = config.http;
  const bearer = token ?? (tokenFile === undefined ? undefined : readSecretFile(tokenFile, "The token file"));
  if (bearer !== undefined) redactor.hide(bearer);
  return {
    config: { ...config, http: { ...config.http, token: bearer } },
    ...{ redactor, clock: systemClock, logger: createLogger(config.logLevel, redactor) },
    answer: (value, text) => void process.stdout.write(`${redactor.clean(json ? toJson(value) : text)}\n`),
  };
}

/** Runs `work` on the database that is there, and may change it. @throws DatabaseMissingError, DatabaseUnusableError, DatabaseDamagedError */
export async function onDatabase<T>(
  { config }: Context,
  work: (db: Kysely<RuntimeTables>) => Promise<T>,
): Promise<T> {
  if (!existsSync(config.database)) throw new DatabaseMissingError(config.database);
  const db: Kysely<DealsTables> = await openWatcherDatabase(config.database);
  try {
    return await work(db as unknown as Kysely<RuntimeTables>);
  } finally {
    await db.destroy();
  }
}

/**
 * Reads from the database that is there, and changes nothing of it.
 * @throws DatabaseMissingError, DatabaseUnusableError, DatabaseDamagedError
 */
export async function fromDatabase<T>(
  { config: { database } }: Context,
  work: (db: Kysely<RuntimeTables>) => Promise<T>,
): Promise<T> {
  if (!existsSync(database)) throw new DatabaseMissingError(database);
  const db: Kysely<DealsTables> = readWatcherDatabase(database);
  try {
    return await work(db as unknown as Kysely<RuntimeTables>);
  } catch (error) {
    const damage = findCause(error, isDamage);
    throw damage instanceof Error ? new DatabaseDamagedError(database, damage.message, error) : error;
  } finally {
    await db.destroy();
  }
}
