import type { Kysely } from "kysely";
import { readFinalNonce } from "../runtime/account-state.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { retryIntent, skipIntent, stuckAccount } from "../runtime/intents-admin.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { openChain } from "./chain.ts";
import { type Context, onDatabase } from "./context.ts";

/** What watchers decide from the contracts' state, whatever became of it before. */
const DECIDED_ANEW = ["propose"];

/** `holdfast-watch retry <id>`: also beside a running daemon, which takes it up in its next round. */
export async function retry(context: Context, id: number): Promise<number> {
  await onDatabase(context, (db) => retryIntent(db, id, DECIDED_ANEW));
  context.answer({ id, state: "new" }, `Intent ${id} is tried again in the next round.`);
  return EXIT.ok;
}

/** `holdfast-watch skip <id> --reason <text>`: asks the chain only about an intent that is stuck. */
export async function skip(context: Context, id: number, reason: string): Promise<number> {
  await onDatabase(context, async (db) => {
    const { epoch } = await db
      .selectFrom("intents")
      .select((row) => row.fn.max("createdEpoch").as("epoch"))
      .executeTakeFirstOrThrow();
    const { latest, finalNonce } = await settledOn(context, db, id);
    await skipIntent(db, id, reason, latest ?? BigInt(epoch ?? 0), finalNonce);
  });
  context.answer({ id, state: "skipped", reason }, `Intent ${id} is given up: ${reason}`);
  return EXIT.ok;
}

/** Which nonces are used for good, at the depth that was required when it was signed; and the epoch that says so. */
async function settledOn(
  context: Context,
  db: Kysely<RuntimeTables>,
  id: number,
): Promise<{ latest?: bigint; finalNonce: number }> {
  const stuck = await stuckAccount(db, id);
  if (stuck === undefined) return { finalNonce: 0 };
  const { config, clock, logger } = context;
  const { client, heads } = openChain({ ...{ config, db, clock, logger }, metrics: createMetrics() });
  const { latest, finalized } = await heads.read();
  const deep = latest - BigInt(stuck.requiredDepth ?? 0);
  const final = deep < finalized ? deep : finalized;
  return { latest, finalNonce: await readFinalNonce(client, stuck.account, final) };
}
