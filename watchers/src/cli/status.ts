import { OPEN_STATES } from "../runtime/database.ts";
import { countIntents, PARKED_STATES, totalOf } from "../runtime/intents-admin.ts";
import { isHeld, type LeaseTable, readLease } from "../runtime/lease.ts";
import type { DaemonStatus } from "../runtime/status-server.ts";
import { EXIT } from "../runtime/stop-error.ts";
import { type Context, fromDatabase } from "./context.ts";
import { table } from "./table.ts";

type RunningStatus = {
  [Field in keyof DaemonStatus]: DaemonStatus[Field] extends bigint | null
    ? string | null
    : DaemonStatus[Field];
};

/** Milliseconds that a daemon has to answer. */
const TIMEOUT_MS = 5_000;

/** `holdfast-watch status`: what the database holds, and what a running daemon says of itself. */
export async function status(context: Context): Promise<number> {
  const { config, clock } = context;
  const { counts, lease } = await fromDatabase(context, async (db) => ({
    counts: await countIntents(db),
    lease: await readLease(db),
  }));
  const held = isHeld(lease, clock.now()) ? lease : undefined;
  const daemon = held === undefined ? undefined : await ask(held, config.http.token);
  const pending = totalOf(counts, OPEN_STATES);
  const parked = totalOf(counts, PARKED_STATES);
  context.answer(
    {
      database: config.database,
      pending,
      parked,
      intents: counts,
      lease: held ?? null,
      daemon: daemon ?? null,
    },
    [describe(held, daemon), `pending ${pending}, parked ${parked}`, countsText(counts)].join("\n"),
  );
  return typeof daemon === "object" && daemon.ready ? EXIT.ok : EXIT.incomplete;
}

/** What the daemon says, or why it does not. */
async function ask({ url }: LeaseTable, token: string | undefined): Promise<RunningStatus | string> {
  if (url === null) return "it does not say yet where it answers";
  try {
    const answer = await fetch(`${url}/status`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? ((await answer.json()) as RunningStatus) : `${url} answered ${answer.status}`;
  } catch (error) {
    return `${url} does not answer: ${(error as Error).message}`;
  }
}

function describe(held: LeaseTable | undefined, daemon: RunningStatus | string | undefined): string {
  if (held === undefined) return "no daemon is running on this database";
  const who = `process ${held.pid} on ${held.machine}`;
  if (typeof daemon !== "object") return `${who}: ${daemon}`;
  const { ready, reasons, version, head, finalized, balanceFil, pauses, watchers } = daemon;
  const lines = watchers.flatMap(({ name, epoch, error, alerts }) => [
    `${name}: planned at epoch ${epoch ?? "none yet"}${error === null ? "" : `, failing: ${error.split("\n")[0]}`}`,
    ...alerts.map(({ kind, message }) => `${name}: needs a person: ${kind}: ${message}`),
  ]);
  return [
    `${who}, version ${version}: ${ready ? "ready" : `not ready: ${reasons.join(", ")}`}`,
    `head ${head ?? "unknown"}, final ${finalized ?? "unknown"}, balance ${balanceFil ?? "unknown"} FIL`,
    ...pauses.map(({ reason, message }) => `transactions are held back (${reason}): ${message}`),
    ...lines,
  ].join("\n");
}

function countsText(counts: Awaited<ReturnType<typeof countIntents>>): string {
  return counts.length === 0 ? "no intents yet" : table(counts.map((count) => ({ ...count })));
}
