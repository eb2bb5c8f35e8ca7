import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What the daemon measures; every watcher is given the same. Epochs, FIL (not attoFIL) and seconds. */
export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that two daemons in one process (a test) do not mix; `processMetrics` adds Node's. */
export function createMetrics({ processMetrics = false } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const gauge = <label extends string = never>(name: string, help: string, labelNames: label[] = []) =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames, registers });
  const counter = <label extends string = never>(name: string, help: string, labelNames: label[] = []) =>
    new Counter({ name: `holdfast_${name}`, help, labelNames, registers });
  return {
    registry,
    headEpoch: gauge("runtime_head_epoch", "Newest epoch that the node has executed"),
    finalizedEpoch: gauge("runtime_finalized_epoch", "Newest epoch that cannot be reorganised"),
    lagEpochs: gauge(
      "runtime_lag_epochs",
      "Epochs between the head and the last epoch whose events are stored",
    ),
    stalls: counter(
      "runtime_stalls_total",
      "Times that no head was new for too long, and another endpoint was asked",
    ),
    reorgs: counter("runtime_reorgs_total", "Reorganisations seen", ["depth"]),
    nullRounds: counter("runtime_null_rounds_total", "Epochs without a block"),
    events: counter("runtime_events_total", "Events stored", ["contract"]),
    rescues: counter("runtime_rescued_events_total", "Events that only a second look at a range showed"),
    rpcErrors: counter("runtime_rpc_errors_total", "Failed requests to a node", ["endpoint", "class"]),
    breakerState: gauge("runtime_breaker_state", "0 closed, 1 half open, 2 open", ["endpoint"]),
    intents: gauge("runtime_intents", "Intents in the database", ["kind", "state"]),
    parked: gauge("runtime_parked_intents", "Intents that wait for a person"),
    bumps: counter("runtime_tx_bumps_total", "Transactions replaced at a higher fee"),
    nonceStolen: counter("runtime_nonce_stolen_total", "Nonces that another's transaction took"),
    latencyEpochs: new Histogram({
      name: "holdfast_runtime_tx_latency_epochs",
      help: "Epochs from signing to a final receipt",
      buckets: [1, 2, 5, 10, 30, 60, 120, 300, 900],
      registers,
    }),
    noncePending: gauge("runtime_nonce_pending", "Nonces signed and not yet final"),
    reverts: counter("runtime_simulated_reverts_total", "Calls that the simulation refused, not sent", [
      "error",
    ]),
    feeSpentFil: counter("runtime_fee_spent_fil_total", "FIL spent on fees"),
    balanceFil: gauge("runtime_balance_fil", "FIL of the sending account"),
    paused: gauge("runtime_sends_paused", "1 while a budget or a low balance holds transactions back", [
      "reason",
    ]),
    stepSeconds: gauge("runtime_step_duration_seconds", "Length of the last step", ["watcher"]),
    stepFailures: counter("runtime_step_failures_total", "Steps that ended in an error", ["watcher"]),
    lastBeat: gauge("runtime_last_step_timestamp_seconds", "When the last step ended", ["watcher"]),
    copies: gauge("deals_copies", "Copies by state", ["state"]),
    alerts: gauge("deals_alerts", "What needs a person, by kind", ["kind"]),
    retrievals: counter("deals_retrievals_total", "Samples read back from providers", ["outcome"]),
  };
}
