import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { copyDatabase } from "../runtime/database.ts";
import { noFault } from "../runtime/fault-point.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { EXIT } from "../runtime/stop-error.ts";
import type { Context } from "./context.ts";
import { openDaemon } from "./daemon.ts";
import { type KeyFlags, openKey } from "./key.ts";

/** `holdfast-watch run --dry-run`: what a round would do, worked out on a copy of the database. Nothing is sent. */
export async function dryRun(context: Context, flags: KeyFlags): Promise<number> {
  const { config, redactor, clock, logger, answer } = context;
  const key = await openKey(config, flags, redactor);
  const folder = await mkdtemp(join(tmpdir(), "holdfast-dry-run-"));
  const copy = join(folder, "copy.db");
  try {
    if (existsSync(config.database)) copyDatabase(config.database, copy);
    const db = await openWatcherDatabase(copy);
    try {
      const daemon = await openDaemon({
        ...{ config: { ...config, files: { ...config.files, port: 0 } }, db, key, clock, logger },
        ...{ metrics: createMetrics(), fault: noFault, fence: async () => {} },
      });
      try {
        const { plans, failures, intents } = await daemon.plan();
        const text = [
          ...intents.map(({ watcher, key: name, call }) => `${watcher}  ${name}\n    ${call}`),
          ...[...plans].flatMap(([watcher, { alerts }]) =>
            alerts.map(({ kind, message }) => `${watcher}  needs a person: ${kind}: ${message}`),
          ),
          ...[...failures].map(([watcher, error]) => `${watcher}  failed: ${(error as Error).message}`),
        ];
        answer(
          {
            intents,
            alerts: [...plans].flatMap(([watcher, { alerts }]) =>
              alerts.map((alert) => ({ watcher, ...alert })),
            ),
            failures: [...failures].map(([watcher, error]) => ({ watcher, error: (error as Error).message })),
          },
          text.length === 0 ? "Nothing to do." : text.join("\n"),
        );
        return failures.size === 0 ? EXIT.ok : EXIT.incomplete;
      } finally {
        await daemon.close();
      }
    } finally {
      await db.destroy();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
