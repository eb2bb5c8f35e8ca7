import type { Kysely } from "kysely";
import { readFinalNonce } from "../runtime/account-state.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { retryIntent, skipIntent, stuckAccount } from "../runtime/intents-admin.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { openChain } from "./chain.ts";
import { type Context, onDatabase } from "./context.ts";

/** `holdfast-watch retry <id>`: also beside a running daemon, which takes it up in its next round. */
export async function retry(context: Context, id: number): Promise<number> {
  await onDatabase(context, (db) => retryIntent(db, id));
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
    await skipIntent(db, id, reason, BigInt(epoch ?? 0), await finalNonceFor(context, db, id));
  });
  context.answer({ id, state: "skipped", reason }, `Intent ${id} is given up: ${reason}`);
  return EXIT.ok;
}

async function finalNonceFor(context: Context, db: Kysely<RuntimeTables>, id: number): Promise<number> {
  const account = await stuckAccount(db, id);
  if (account === undefined) return 0;
  const { config, clock, logger } = context;
  const { client, heads } = openChain({ ...{ config, db, clock, logger }, metrics: createMetrics() });
  const { finalized } = await heads.read();
  return readFinalNonce(client, account, finalized);
}
