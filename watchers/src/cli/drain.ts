import { createMetrics } from "../runtime/metrics.ts";
import { EXIT } from "../runtime/stop-error.ts";
import type { Context } from "./context.ts";
import type { KeyFlags } from "./key.ts";
import { until, withDaemon } from "./run.ts";
import { stopOnSignals } from "./signals.ts";

export interface DrainFlags extends KeyFlags {
  /** Seconds. */
  timeout?: number | undefined;
}

/**
 * `holdfast-watch drain`: decides and signs nothing new, and finishes what is signed. After its timeout or a signal a round
 * that hangs is left to itself, as in `run`.
 */
export async function drain(context: Context, flags: DrainFlags): Promise<number> {
  const stopped = stopOnSignals();
  const { timeout } = flags;
  const signal =
    timeout === undefined ? stopped : AbortSignal.any([stopped, AbortSignal.timeout(timeout * 1000)]);
  return withDaemon(context, flags, createMetrics(), async (daemon, lease) => {
    const done = new AbortController();
    const draining = daemon.drain(signal).finally(() => done.abort());
    await until(signal, context.clock.sleep, [draining, lease.keep(AbortSignal.any([signal, done.signal]))]);
    const left = await daemon.left();
    const { finished, unsettled, waiting, parked } = left;
    const text = `finished ${finished}, not final ${unsettled}; not begun ${waiting}, waiting for a person ${parked}`;
    context.answer(left, text);
    return unsettled === 0 ? EXIT.ok : EXIT.incomplete;
  });
}
