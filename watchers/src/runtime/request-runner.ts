import { bulkhead } from "cockatiel";
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
  /** Told whenever a request has ended, whatever came of it. */
  onExchange?(): void;
}

/** Requests under way at once: a slow one delays none of the others. */
export const REQUESTS_IN_FLIGHT = 64;
/** Requests of one round that wait for them. What is due beyond these stays in the database until the next round. */
export const REQUESTS_WAITING = 192;

/** Intents that go to others than the chain: oldest first, so many at once that neither memory nor sockets run out. */
export function createRequestRunner(options: RequestRunnerOptions) {
  const { outbox, kinds, fault, logger, onExchange = () => {} } = options;
  const slots = bulkhead(REQUESTS_IN_FLIGHT, REQUESTS_WAITING);

  async function run(intent: StoredIntent, head: bigint): Promise<Finished | undefined> {
    const payload = decodePayload(intent.payload);
    fault("request:before");
    let answer: RequestOutcome;
    try {
      answer = await (kinds[intent.kind] as RequestKind)(payload, head);
    } catch (error) {
      answer = { outcome: "retry", reason: textOf(error) };
    }
    onExchange();
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
    if (signal?.aborted) return [];
    const due = await outbox.due(Object.keys(kinds), REQUESTS_IN_FLIGHT + REQUESTS_WAITING);
    const settled = await Promise.allSettled(
      due.map((intent) => slots.execute(async () => (signal?.aborted ? undefined : run(intent, head)))),
    );
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    return settled.flatMap((one) =>
      one.status === "fulfilled" && one.value !== undefined ? [one.value] : [],
    );
  }

  return { advance };
}
