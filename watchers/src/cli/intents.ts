import type { IntentState } from "../runtime/database.ts";
import { listIntents } from "../runtime/intents-admin.ts";
import { decodePayload } from "../runtime/payload.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { type Context, fromDatabase } from "./context.ts";
import { table } from "./table.ts";

export interface IntentFlags {
  state?: IntentState[];
  kind?: string[];
  limit: number;
}

/** `holdfast-watch intents`: newest first. */
export async function intents(context: Context, { state, kind, limit }: IntentFlags): Promise<number> {
  const rows = await fromDatabase(context, (db) =>
    listIntents(db, { ...(state && { states: state }), ...(kind && { kinds: kind }), limit }),
  );
  const decoded = rows.map(({ payload, result, ...row }) => ({
    ...row,
    payload: decodePayload(payload),
    result: result === null ? null : decodePayload(result),
  }));
  const shown = rows.map(({ id, state, kind, key, tries, createdEpoch, finishedEpoch, attempts, error }) => ({
    ...{ id, state, kind, key, tries, created: createdEpoch, finished: finishedEpoch ?? "" },
    ...{ transaction: attempts.at(-1)?.hash ?? "", error: error?.split("\n")[0] ?? "" },
  }));
  context.answer({ intents: decoded }, rows.length === 0 ? "No intents." : table(shown));
  return EXIT.ok;
}
