import { transactionKinds } from "../deals/act.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { verify as compare } from "../runtime/verify.ts";
import { openChain } from "./chain.ts";
import { type Context, onDatabase } from "./context.ts";

/** Nodes may drop receipts that are older than a day. */
const DAY = 2880n;

/** `holdfast-watch verify`: whether database and chain tell the same of what was done. Needs no key. */
export async function verify(context: Context): Promise<number> {
  const { config, clock, logger } = context;
  const { checked, unknown, differences } = await onDatabase(context, async (db) => {
    const chain = openChain({ ...{ config, db, clock, logger }, metrics: createMetrics() });
    const { latest } = await chain.heads.read();
    const kinds = transactionKinds(config.chain.contracts);
    return compare({ db, client: chain.client, kinds, keptSince: latest - DAY });
  });
  context.answer(
    { checked, unknown, differences },
    [
      ...differences.map(({ intent, key, what }) => `intent ${intent} (${key}): ${what}`),
      `${checked} compared, ${differences.length} differ, ${unknown} too old for the node`,
    ].join("\n"),
  );
  return differences.length === 0 ? EXIT.ok : EXIT.incomplete;
}
