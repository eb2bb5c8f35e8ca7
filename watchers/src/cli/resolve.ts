import { retryIntent, skipIntent } from "../runtime/intents-admin.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { type Context, onDatabase } from "./context.ts";

/** `holdfast-watch retry <id>`: also beside a running daemon, which takes it up in its next round. */
export async function retry(context: Context, id: number): Promise<number> {
  await onDatabase(context, (db) => retryIntent(db, id));
  context.answer({ id, state: "new" }, `Intent ${id} is tried again in the next round.`);
  return EXIT.ok;
}

/** `holdfast-watch skip <id> --reason <text>` */
export async function skip(context: Context, id: number, reason: string): Promise<number> {
  await onDatabase(context, async (db) => {
    const { epoch } = await db
      .selectFrom("intents")
      .select((row) => row.fn.max("createdEpoch").as("epoch"))
      .executeTakeFirstOrThrow();
    await skipIntent(db, id, reason, BigInt(epoch ?? 0));
  });
  context.answer({ id, state: "skipped", reason }, `Intent ${id} is given up: ${reason}`);
  return EXIT.ok;
}
