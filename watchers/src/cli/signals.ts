import { EXIT } from "../runtime/stop-error.ts";

/** The first SIGTERM or SIGINT aborts; a second one ends the process at once, with 130. */
export function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(EXIT.interrupted);
      stopping.abort();
    });
  }
  return stopping.signal;
}
