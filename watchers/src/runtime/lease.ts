import type { Kysely, Transaction } from "kysely";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { RuntimeTables } from "./database.ts";
import { EXIT, StopError } from "./stop-error.ts";

/** Who may act on the database now; one row a name. */
export interface LeaseTable {
  name: string;
  /** Grows with every taking, so that who held it before can tell. */
  token: number;
  /** Where process ids mean the same. */
  machine: string;
  pid: number;
  /** Where the holder answers over HTTP. */
  url: string | null;
  /** Milliseconds since 1970. */
  takenAt: number;
  /** Milliseconds since 1970; 0 once it was given back. */
  beatAt: number;
}

/** A process, as others on the database see it. */
export interface LeaseHolder {
  machine: string;
  pid: number;
}

export interface Lease {
  readonly token: number;
  /** Throws LeaseLostError unless the lease is still ours, and keeps it ours until the transaction ends. */
  fence(within: Transaction<RuntimeTables>): Promise<void>;
  /** Tells others on the database where this process answers. */
  announce(url: string): Promise<void>;
  /** Beats until it aborts. Rejects with LeaseLostError when another took over. */
  keep(signal: AbortSignal): Promise<void>;
  /** Gives it back, so that the next need not wait. */
  release(): Promise<void>;
}

/** Milliseconds between two signs of life. */
export const BEAT_MS = 10_000;
/** Without a sign of life for so long, a holder counts as dead. */
export const TAKEOVER_MS = 30_000;

const NAME = "sender";

/** Another process works on the database. */
export class LeaseHeldError extends StopError {
  constructor({ pid, machine, url, takenAt, beatAt }: LeaseTable, now: number) {
    const since = new Date(takenAt).toISOString();
    const where = url === null ? "" : `, which answers at ${url}`;
    super(
      EXIT.error,
      `The database is in use by process ${pid} on ${machine}${where}, since ${since}; ` +
        `its last sign of life was ${Math.max(0, Math.round((now - beatAt) / 1000))} s ago.`,
      `stop that daemon, or give this one its own database; a dead one is replaced after ${TAKEOVER_MS / 1000} s.`,
    );
  }
}

/** Another process took over: nothing may be signed here any more. */
export class LeaseLostError extends StopError {
  constructor(token: number) {
    const what = `Another daemon has taken over the database (this one's lease was number ${token})`;
    super(EXIT.error, `${what}; nothing more is sent from here.`, "holdfast-watch status");
  }
}

export interface LeaseOptions {
  db: Kysely<RuntimeTables>;
  clock: Clock;
  logger: Logger;
  holder: LeaseHolder;
  /** Whether the process of this machine that took a lease at `takenAt` still runs. */
  isAlive?: (pid: number, takenAt: number) => boolean;
}

/**
 * Takes the database for this process, at once if nobody has it, if its holder is known to be dead, or if that gave no
 * sign of life for TAKEOVER_MS.
 * @throws LeaseHeldError
 */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const { db, clock, logger, holder, isAlive = isProcessAlive } = options;
  const now = clock.now();
  const token = await db.transaction().execute(async (within) => {
    const fresh = { ...holder, url: null, takenAt: now, beatAt: now };
    const inserted = await within
      .insertInto("leases")
      .values({ name: NAME, token: 1, ...fresh })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return 1;
    // It is there: inserting it again did nothing.
    const known = (await readLease(within)) as LeaseTable;
    const isDead =
      now - known.beatAt >= TAKEOVER_MS ||
      (known.machine === holder.machine && !isAlive(known.pid, known.takenAt));
    if (!isDead) throw new LeaseHeldError(known, now);
    // Whoever else takes it in this instant names the same token: one of the two updates touches no row.
    const { numUpdatedRows } = await within
      .updateTable("leases")
      .set({ token: known.token + 1, ...fresh })
      .where("name", "=", NAME)
      .where("token", "=", known.token)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new LeaseHeldError((await readLease(within)) ?? known, now);
    return known.token + 1;
  });

  /** An update that touches no row says that the row is another's. */
  async function update(connection: Kysely<RuntimeTables>, changes: Partial<LeaseTable>): Promise<boolean> {
    const { numUpdatedRows } = await connection
      .updateTable("leases")
      .set(changes)
      .where("name", "=", NAME)
      .where("token", "=", token)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  return {
    token,
    async fence(within) {
      if (!(await update(within, { token }))) throw new LeaseLostError(token);
    },
    async announce(url) {
      await update(db, { url });
    },
    async keep(signal) {
      while (!signal.aborted) {
        await clock.sleep(BEAT_MS, signal);
        if (signal.aborted) return;
        let isOurs = true;
        try {
          isOurs = await update(db, { beatAt: clock.now() });
        } catch (error) {
          // A database that is busy for a moment loses nobody the lease.
          logger.warn({ error: String(error) }, "no sign of life written");
        }
        if (!isOurs) throw new LeaseLostError(token);
      }
    },
    async release() {
      await update(db, { beatAt: 0, url: null });
    },
  };
}

/** The lease as it stands; undefined before the first. */
export async function readLease(db: Kysely<RuntimeTables>): Promise<LeaseTable | undefined> {
  return db.selectFrom("leases").selectAll().where("name", "=", NAME).executeTakeFirst();
}

/** Whether somebody is at work now, as far as the row tells. */
export function isHeld(lease: LeaseTable | undefined, now: number): lease is LeaseTable {
  return lease !== undefined && now - lease.beatAt < TAKEOVER_MS;
}

function isProcessAlive(pid: number, takenAt: number): boolean {
  // In a container that was started anew, the one before had the same number.
  if (pid === process.pid) return takenAt >= performance.timeOrigin;
  try {
    // Signal 0 is no signal: it only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
