import type { DealsTables } from "./deals/tables.ts";
import { migrations } from "./migrations/index.ts";
import { openDatabase } from "./runtime/database.ts";

/**
 * Opens (or makes) a watcher's database; `:memory:` lasts as long as the process.
 * @throws DatabaseUnusableError
 */
export function openWatcherDatabase(path: string) {
  return openDatabase<DealsTables>(path, migrations);
}
