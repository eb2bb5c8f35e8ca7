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
  { id, key, kind, payload }: StoredIntent,
  outcome: Finished["outcome"],
  { result, error }: { result?: unknown; error?: string },
): Finished {
  const { hash: txHash, epoch } = (result ?? {}) as { hash?: string; epoch?: bigint };
  const line = { intentId: id, key, txHash, epoch, outcome, result, error };
  logger[outcome === "parked" ? "error" : "info"](line, "intent finished");
  return { key, kind, outcome, payload: decodePayload(payload), result, error };
}
