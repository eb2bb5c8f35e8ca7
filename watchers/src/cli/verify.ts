import type { Kysely } from "kysely";
import type { Address } from "viem";
import { dealsSources, ownEvents } from "../deals/own-events.ts";
import { verifyDeals } from "../deals/verify.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { createChainReader } from "../runtime/chain-reader.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createEventLog } from "../runtime/event-log.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { EXIT, StopError } from "../runtime/stop-error.ts";
import { openChain } from "./chain.ts";
import { type Context, fromDatabase } from "./context.ts";
import { firstEpoch } from "./follower.ts";

/** `holdfast-watch verify`: reads everything from the chain anew, and compares. Needs no key. */
export async function verify(context: Context): Promise<number> {
  const { config, clock, logger, answer } = context;
  const { contracts } = config.chain;
  const memory = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
  try {
    const found = await fromDatabase(context, async (db) => {
      const account = await accountOf(db);
      const from = config.chain.fromEpoch ?? (await firstEpoch(db)) ?? 0n;
      const chain = openChain({
        ...{ config, db, clock, logger, metrics: createMetrics(), isReadOnly: true },
      });
      const fresh = createEventLog(memory);
      const reader = createChainReader({
        ...{ log: fresh, client: chain.client, heads: chain.heads, from, logger },
        ...{ sources: dealsSources(contracts), keep: ownEvents(memory, account) },
      });
      await reader.poll();
      return verifyDeals({ db, fresh, client: chain.client, contracts });
    });
    const { epoch, events, rails, intents, unchecked, uncheckedIntents, differences } = found;
    const text = [
      ...differences.map((one) => `${one.about} ${one.what}: here ${one.database}, on chain ${one.chain}`),
      ...uncheckedIntents.map((key) => `intent ${key}: cannot be checked, no node has its receipt any more`),
      `up to epoch ${epoch}: ${events} events, ${rails} rails, ${intents} transactions compared, ${unchecked} events no longer to be had; ${differences.length} differences`,
    ].join("\n");
    answer(found, text);
    return differences.length === 0 ? EXIT.ok : EXIT.incomplete;
  } finally {
    await memory.destroy();
  }
}

/** Whose the database is. */
async function accountOf(db: Kysely<RuntimeTables>): Promise<Address> {
  const row = await db
    .selectFrom("checkpoints")
    .select("value")
    .where("name", "=", "identity")
    .executeTakeFirst();
  const account = row?.value.split("/").at(-1);
  if (account === undefined) {
    throw new StopError(EXIT.error, "The database has not met a chain yet.", "holdfast-watch run");
  }
  return account as Address;
}
