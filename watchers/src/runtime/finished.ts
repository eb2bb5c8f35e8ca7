import type { Logger } from "pino";
import type { StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";

/** An intent that came to its end, or needs a person, for whoever shows progress. */
export interface Finished {
  key: string;
  kind: string;
  outcome: "done" | "failed" | "parked";
  payload: unknown;
  result: unknown;
  error: string | undefined;
}

/** Tells the log, and puts together what progress is shown from. */
export function reportFinished(
  logger: Logger,
  { key, kind, payload }: StoredIntent,
  outcome: Finished["outcome"],
  { result, error }: { result?: unknown; error?: string },
): Finished {
  logger[outcome === "parked" ? "error" : "info"]({ key, outcome, result, error }, "intent finished");
  return { key, kind, outcome, payload: decodePayload(payload), result, error };
}
