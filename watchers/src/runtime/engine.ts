import { findCause } from "@holdfast/sdk";
import type { Logger } from "pino";
import type { Capability, Plan, Watcher } from "./capability.ts";
import type { Clock } from "./clock.ts";
import { isDamage } from "./database.ts";
import type { Metrics } from "./metrics.ts";
import type { Outbox } from "./outbox.ts";
import type { createRequestRunner, RequestKind } from "./request-runner.ts";
import { stopErrorIn } from "./stop-error.ts";
import type { Finished, Reached, TransactionKind, TransactionSender } from "./transaction-sender.ts";

export interface EngineOptions {
  capabilities: readonly Capability[];
  outbox: Outbox;
  sender: Pick<TransactionSender, "advance">;
  runner: ReturnType<typeof createRequestRunner>;
  /** Looks how far the chain is. */
  reach(): Promise<Reached>;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
}

/** What one round did. A watcher that could not load is a failure; the others, and what was decided before, go on. */
export interface Round {
  epoch: bigint;
  finalized: bigint;
  plans: ReadonlyMap<string, Plan>;
  finished: readonly Finished[];
  failures: ReadonlyMap<string, unknown>;
}

/** The kinds of all capabilities by name, which no two of them share. */
export function kindsOf(capabilities: readonly Capability[]): {
  transactions: Record<string, TransactionKind>;
  requests: Record<string, RequestKind>;
} {
  return {
    transactions: Object.assign({}, ...capabilities.map(({ transactions }) => transactions)),
    requests: Object.assign({}, ...capabilities.map(({ requests }) => requests)),
  };
}

/** Load, decide, store, act: for every watcher, on one sender. */
export function createEngine(options: EngineOptions) {
  const { capabilities, outbox, sender, runner, reach, clock, logger, metrics } = options;
  const watchers = capabilities.flatMap((capability) => capability.watchers);

  async function planOf(watcher: Watcher, epoch: bigint): Promise<Plan> {
    const started = clock.now();
    const plan = await watcher.plan(epoch);
    for (const alert of plan.alerts)
      logger.warn({ watcher: watcher.name, epoch, ...alert }, "needs a person");
    metrics.stepSeconds.set({ watcher: watcher.name }, (clock.now() - started) / 1000);
    return plan;
  }

  /** Every watcher's plan, stored; nothing is sent. */
  async function plan(epoch: bigint, signal?: AbortSignal): Promise<Pick<Round, "plans" | "failures">> {
    const plans = new Map<string, Plan>();
    const failures = new Map<string, unknown>();
    for (const watcher of watchers) {
      if (signal?.aborted) break;
      try {
        plans.set(watcher.name, await planOf(watcher, epoch));
      } catch (error) {
        const stop = stopErrorIn(error);
        if (stop !== undefined || findCause(error, isDamage) !== undefined) throw stop ?? error;
        failures.set(watcher.name, error);
        metrics.stepFailures.inc({ watcher: watcher.name });
        logger.error({ watcher: watcher.name, epoch, error: messageOf(error) }, "step failed");
        continue;
      }
      if (signal?.aborted) break;
      await outbox.enqueue(plans.get(watcher.name)?.intents ?? [], epoch);
      metrics.lastBeat.set({ watcher: watcher.name }, clock.now() / 1000);
    }
    countAlerts(metrics, plans);
    return { plans, failures };
  }

  /** Everything unfinished one round further. Requests wait for providers; transactions do not wait for requests. */
  async function act(reached: Reached, signal?: AbortSignal): Promise<Finished[]> {
    const [sent, asked] = await Promise.allSettled([
      sender.advance(reached, { signal }),
      runner.advance(reached.latest, signal),
    ]);
    if (sent.status === "rejected") throw sent.reason;
    if (asked.status === "rejected") throw asked.reason;
    return [...sent.value, ...asked.value];
  }

  return {
    watchers,
    plan,
    async step(signal?: AbortSignal): Promise<Round> {
      const reached = await reach();
      const { latest: epoch, finalized } = reached;
      const planned = await plan(epoch, signal);
      const finished = signal?.aborted ? [] : await act(reached, signal);
      return { epoch, finalized, ...planned, finished };
    },
    /** What is signed one round further; nothing is decided, nothing new is signed. */
    async settle(signal?: AbortSignal): Promise<Round> {
      const reached = await reach();
      const { latest: epoch, finalized } = reached;
      const finished = await sender.advance(reached, { signal, startNew: false });
      return { epoch, finalized, plans: new Map(), failures: new Map(), finished };
    },
  };
}

export type Engine = ReturnType<typeof createEngine>;

function countAlerts(metrics: Metrics, plans: ReadonlyMap<string, Plan>): void {
  metrics.alerts.reset();
  for (const { alerts } of plans.values()) for (const { kind } of alerts) metrics.alerts.inc({ kind });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
