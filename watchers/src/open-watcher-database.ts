import type { DealsTables } from "./deals/tables.ts";
import { migrations } from "./migrations/index.ts";
import { openDatabase, openToRead } from "./runtime/database.ts";

/**
 * Opens (or makes) a watcher's database; `:memory:` lasts as long as the process.
 * @throws DatabaseUnusableError
 */
export function openWatcherDatabase(path: string) {
  return openDatabase<DealsTables>(path, migrations);
}

/**
 * Opens a watcher's database to look at it: nothing of it changes.
 * @throws DatabaseUnusableError, DatabaseDamagedError
 */
export function readWatcherDatabase(path: string) {
  return openToRead<DealsTables>(path, migrations);
}
