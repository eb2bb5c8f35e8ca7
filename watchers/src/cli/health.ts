import type { Kysely } from "kysely";
import type { Address } from "viem";
import type { DaemonConfig } from "../config.ts";
import type { Plan, Watcher } from "../runtime/capability.ts";
import type { Clock } from "../runtime/clock.ts";
import { OPEN_STATES, type RuntimeTables } from "../runtime/database.ts";
import type { Endpoints } from "../runtime/endpoints.ts";
import type { Round } from "../runtime/engine.ts";
import { countIntents, PARKED_STATES, totalOf } from "../runtime/intents-admin.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { DaemonStatus, NotReady } from "../runtime/status-server.ts";
import type { TransactionSender } from "../runtime/transaction-sender.ts";
import { VERSION } from "./version.ts";

export interface HealthOptions {
  config: DaemonConfig;
  db: Kysely<RuntimeTables>;
  account: Address;
  watchers: readonly Watcher[];
  sender: Pick<TransactionSender, "paused">;
  heads: { isStalled(): boolean };
  endpoints: Pick<Endpoints, "isOpen" | "states">;
  /** Whether events are still being caught up with. */
  isSyncing(): boolean;
  clock: Clock;
  metrics: Metrics;
}

/** Remembers what the last rounds were like, and says from it whether the daemon is well. */
export function createHealth(options: HealthOptions) {
  const { config, db, account, watchers, sender, heads, endpoints, isSyncing, clock, metrics } = options;
  const startedAt = clock.now();
  const plans = new Map<string, Plan>();
  let failures: ReadonlyMap<string, unknown> = new Map();
  let beatAt = clock.monotonic();
  let head: bigint | null = null;
  let finalized: bigint | null = null;
  let roundError: unknown;

  function reasons(): NotReady[] {
    const held = sender.paused().map(({ reason }) => reason);
    const found: Record<NotReady, boolean> = {
      starting: head === null,
      syncing: isSyncing(),
      stalled: heads.isStalled(),
      "breaker-open": !endpoints.isOpen(),
      "low-balance": held.includes("balance"),
      // One that is too dear for now holds up none of the others.
      paused: held.some((reason) => reason !== "balance" && reason !== "transaction"),
      failing: roundError !== undefined || failures.size > 0,
    };
    return (Object.keys(found) as NotReady[]).filter((reason) => found[reason]);
  }

  return {
    /** The loop is alive. */
    beat(): void {
      beatAt = clock.monotonic();
    },
    beatAge: () => clock.monotonic() - beatAt,
    saw(round: Round): void {
      head = round.epoch;
      finalized = round.finalized;
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
        ...{ head, finalized, lag: head === null ? null : await readingOf(metrics.lagEpochs) },
        balanceFil: head === null ? null : await readingOf(metrics.balanceFil),
        pauses: sender.paused(),
        endpoints: endpoints.states(),
        ...{ pending: totalOf(counts, OPEN_STATES), parked: totalOf(counts, PARKED_STATES) },
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

async function readingOf(gauge: Metrics["balanceFil"]): Promise<number> {
  return (await gauge.get()).values[0]?.value ?? 0;
}

function messageOf(error: unknown): string | null {
  if (error === undefined) return null;
  return error instanceof Error ? error.message : String(error);
}
