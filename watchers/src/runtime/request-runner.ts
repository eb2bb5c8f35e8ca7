import type { Logger } from "pino";
import { textOf } from "./classify-send-error.ts";
import type { Fault } from "./fault-point.ts";
import { type Finished, reportFinished } from "./finished.ts";
import type { Outbox, StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";

/** What came of a request: final, or to be made again (it must be safe to make twice). */
export type RequestOutcome =
  | { outcome: "done"; result: unknown }
  | { outcome: "refused"; reason: string }
  | { outcome: "retry"; reason: string; afterMs?: number };

/** Makes the request of one kind of intent. Looks first whether the other side has it already. */
export type RequestKind = (payload: unknown, head: bigint) => Promise<RequestOutcome>;

export interface RequestRunnerOptions {
  outbox: Outbox;
  kinds: Readonly<Record<string, RequestKind>>;
  fault: Fault;
  logger: Logger;
}

/** Intents that go to others than the chain. All that are due run at once: a slow one delays none of the rest. */
export function createRequestRunner({ outbox, kinds, fault, logger }: RequestRunnerOptions) {
  async function run(intent: StoredIntent, head: bigint): Promise<Finished | undefined> {
    const payload = decodePayload(intent.payload);
    fault("request:before");
    let answer: RequestOutcome;
    try {
      answer = await (kinds[intent.kind] as RequestKind)(payload, head);
    } catch (error) {
      answer = { outcome: "retry", reason: textOf(error) };
    }
    fault("request:after");
    if (answer.outcome === "retry") {
      logger.warn(
        { intentId: intent.id, key: intent.key, epoch: head, reason: answer.reason, afterMs: answer.afterMs },
        "request postponed",
      );
      const outcome = await outbox.postpone(intent.id, head, answer.reason, answer.afterMs);
      return outcome === "parked"
        ? reportFinished(logger, intent, "parked", { error: answer.reason })
        : undefined;
    }
    const ended = answer.outcome === "done" ? { result: answer.result } : { error: answer.reason };
    await outbox.finish(outbox.db, intent.id, head, ended);
    fault("answer:after");
    return reportFinished(logger, intent, "error" in ended ? "failed" : "done", ended);
  }

  /** One round over everything that is due; nothing once the signal aborts. */
  async function advance(head: bigint, signal?: AbortSignal): Promise<Finished[]> {
    const due = signal?.aborted ? [] : await outbox.due(Object.keys(kinds));
    const settled = await Promise.allSettled(due.map((intent) => run(intent, head)));
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    return settled.flatMap((one) =>
      one.status === "fulfilled" && one.value !== undefined ? [one.value] : [],
    );
  }

  return { advance };
}
