import type { Logger } from "pino";
import { textOf } from "./classify-send-error.ts";
import type { Clock } from "./clock.ts";
import type { Fault } from "./fault-point.ts";
import type { Outbox, StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";
import type { Finished } from "./transaction-sender.ts";

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
  clock: Clock;
  fault: Fault;
  logger: Logger;
}

/** Intents that go to others than the chain. All that are due run at once: a slow one delays none of the rest. */
export function createRequestRunner({ outbox, kinds, clock, fault, logger }: RequestRunnerOptions) {
  async function run(intent: StoredIntent, head: bigint): Promise<Finished | undefined> {
    const payload = decodePayload(intent.payload);
    const finished = (outcome: Finished["outcome"], result: unknown, error?: string): Finished => {
      logger.info({ key: intent.key, outcome, error }, "intent finished");
      return { key: intent.key, kind: intent.kind, outcome, payload, result, error };
    };
    fault("request:before");
    let answer: RequestOutcome;
    try {
      answer = await (kinds[intent.kind] as RequestKind)(payload, head);
    } catch (error) {
      answer = { outcome: "retry", reason: textOf(error) };
    }
    fault("request:after");
    if (answer.outcome === "retry") {
      logger.warn({ key: intent.key, reason: answer.reason, afterMs: answer.afterMs }, "request postponed");
      const outcome = await outbox.postpone(intent.id, head, answer.reason, answer.afterMs);
      return outcome === "parked" ? finished("parked", undefined, answer.reason) : undefined;
    }
    const ended = answer.outcome === "done" ? { result: answer.result } : { error: answer.reason };
    await outbox.finish(outbox.db, intent.id, head, ended);
    fault("answer:after");
    return answer.outcome === "done"
      ? finished("done", answer.result)
      : finished("failed", undefined, answer.reason);
  }

  /** One round over everything that is due. */
  async function advance(head: bigint, signal?: AbortSignal): Promise<Finished[]> {
    const open = signal?.aborted ? [] : await outbox.open(Object.keys(kinds));
    const due = open.filter(({ nextTryAt }) => nextTryAt <= clock.now());
    const settled = await Promise.allSettled(due.map((intent) => run(intent, head)));
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    return settled.flatMap((one) =>
      one.status === "fulfilled" && one.value !== undefined ? [one.value] : [],
    );
  }

  return { advance };
}
