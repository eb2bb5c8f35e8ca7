import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { createLedger } from "../deals/ledger.ts";
import { createEventLog } from "../runtime/event-log.ts";
import { exportLines } from "../runtime/export.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { type Context, fromDatabase } from "./context.ts";

/** `holdfast-watch export`: what is final, as JSON lines; two databases of the same chain give the same bytes. */
export async function exportEvents(context: Context, { output }: { output?: string }): Promise<number> {
  return fromDatabase(context, async (db) => {
    const lines = exportLines(createEventLog(db), createLedger());
    if (output === undefined) {
      for await (const line of lines) process.stdout.write(`${line}\n`);
      return EXIT.ok;
    }
    const hash = createHash("sha256");
    let count = 0;
    const partial = `${output}.partial`;
    {
      await using file = await open(partial, "w");
      for await (const line of lines) {
        await file.write(`${line}\n`);
        hash.update(`${line}\n`);
        count++;
      }
    }
    await rename(partial, output);
    const sha256 = hash.digest("hex");
    context.answer({ output, lines: count, sha256 }, `${count} lines to ${output}, sha256 ${sha256}`);
    return EXIT.ok;
  });
}
