import type { Kysely } from "kysely";
import type { Address } from "viem";
import type { DaemonConfig } from "../config.ts";
import type { Plan, Watcher } from "../runtime/capability.ts";
import type { Clock } from "../runtime/clock.ts";
import { OPEN_STATES, type RuntimeTables } from "../runtime/database.ts";
import type { Round } from "../runtime/engine.ts";
import { countIntents, totalOf } from "../runtime/intents.ts";
import type { DaemonStatus, NotReady } from "../runtime/status-server.ts";
import { VERSION } from "./version.ts";

export interface HealthOptions {
  config: DaemonConfig;
  db: Kysely<RuntimeTables>;
  account: Address;
  watchers: readonly Watcher[];
  clock: Clock;
}

/** Six epochs without a new head. */
const STALL_MS = 180_000;

/** Remembers what the last rounds were like, and says from it whether the daemon is well. */
export function createHealth({ config, db, account, watchers, clock }: HealthOptions) {
  const startedAt = clock.now();
  const plans = new Map<string, Plan>();
  let failures: ReadonlyMap<string, unknown> = new Map();
  let beatAt = startedAt;
  let head: bigint | null = null;
  let headSince = startedAt;
  let roundError: unknown;

  function reasons(): NotReady[] {
    const found: NotReady[] = [];
    if (head === null) found.push("starting");
    if (clock.now() - headSince >= STALL_MS) found.push("stalled");
    if (roundError !== undefined || failures.size > 0) found.push("failing");
    return found;
  }

  return {
    /** The loop is alive. */
    beat(): void {
      beatAt = clock.now();
    },
    beatAge: () => clock.now() - beatAt,
    saw(round: Round): void {
      if (round.epoch !== head) headSince = clock.now();
      head = round.epoch;
      for (const [name, plan] of round.plans) plans.set(name, plan);
      failures = round.failures;
      roundError = undefined;
    },
    failed(error: unknown): void {
      roundError = error;
    },
    async status(): Promise<DaemonStatus> {
      const counts = await countIntents(db);
      const notReady = reasons();
      return {
        ...{ version: VERSION, chainId: config.chain.id, account },
        startedAt: new Date(startedAt).toISOString(),
        ...{ ready: notReady.length === 0, reasons: notReady },
        ...{ head, finalized: null, lag: null, balance: null },
        ...{ pending: totalOf(counts, OPEN_STATES), parked: totalOf(counts, ["parked"]) },
        watchers: watchers.map(({ name }) => ({
          name,
          epoch: plans.get(name)?.epoch ?? null,
          error: messageOf(failures.get(name) ?? roundError),
          alerts: plans.get(name)?.alerts ?? [],
        })),
      };
    },
  };
}

function messageOf(error: unknown): string | null {
  if (error === undefined) return null;
  return error instanceof Error ? error.message : String(error);
}
