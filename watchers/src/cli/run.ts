import type { Kysely } from "kysely";
import type { DealsTables } from "../deals/tables.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { killAt, noFault } from "../runtime/fault-point.ts";
import { type Lease, takeLease } from "../runtime/lease.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { startStatusServer } from "../runtime/status-server.ts";
import { EXIT } from "../runtime/stop-error.ts";
import type { Context } from "./context.ts";
import { type Daemon, openDaemon } from "./daemon.ts";
import { type KeyFlags, openKey } from "./key.ts";
import { machineName } from "./machine.ts";
import { stopOnSignals } from "./signals.ts";
import { VERSION } from "./version.ts";

/** After a signal, what is not finished by then is left for the next start: it is durable at every instant. */
const LONGEST_STOP_MS = 8_000;

/** `holdfast-watch run`: until a signal, or until it must not go on. */
export async function run(context: Context, flags: KeyFlags): Promise<number> {
  const { config, clock, logger } = context;
  const signal = stopOnSignals();
  const metrics = createMetrics({ processMetrics: true });
  return withDaemon(context, flags, metrics, async (daemon, lease) => {
    const { host, port, token } = config.http;
    const server = await startStatusServer({
      ...{ host, port, token, metrics, status: daemon.health.status, beatAge: daemon.health.beatAge },
      clean: context.redactor.clean,
    });
    await lease.announce(server.url);
    logger.info(
      { version: VERSION, url: server.url, chainId: config.chain.id, lease: lease.token },
      "running",
    );
    try {
      await until(signal, clock.sleep, [daemon.run(signal), lease.keep(signal)]);
      logger.info("stopped");
      return EXIT.ok;
    } finally {
      await server.close();
    }
  });
}

/** Opens what `run` and `drain` act on, for as long as `work` takes. */
export async function withDaemon<T>(
  context: Context,
  flags: KeyFlags,
  metrics: Metrics,
  work: (daemon: Daemon, lease: Lease) => Promise<T>,
): Promise<T> {
  const { config, redactor, clock, logger } = context;
  const key = await openKey(config, flags, redactor);
  const db: Kysely<DealsTables> = await openWatcherDatabase(config.database);
  try {
    const holder = { machine: machineName(), pid: process.pid };
    const lease = await takeLease({ db: db as unknown as Kysely<RuntimeTables>, clock, logger, holder });
    try {
      const fault = flags.insecureDev && config.faultAt !== undefined ? killAt(config.faultAt) : noFault;
      const daemon = await openDaemon({ config, db, key, clock, logger, metrics, fault, fence: lease.fence });
      try {
        return await work(daemon, lease);
      } finally {
        await daemon.close();
      }
    } finally {
      await lease.release();
    }
  } finally {
    await db.destroy();
  }
}

/** Waits for all of `work`, but after the signal no longer than LONGEST_STOP_MS. Rejects with what first rejects. */
export async function until(
  signal: AbortSignal,
  sleep: (ms: number) => Promise<void>,
  work: readonly Promise<unknown>[],
): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
  await Promise.race([Promise.all(work), aborted.then(() => sleep(LONGEST_STOP_MS))]);
}
