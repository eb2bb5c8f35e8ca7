import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoffFactory,
  isBrokenCircuitError,
} from "cockatiel";
import type { Logger } from "pino";
import {
  type Chain,
  createPublicClient,
  createTransport,
  http,
  type PublicClient,
  type Transport,
} from "viem";
import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import { StopError } from "./stop-error.ts";
import { isAnswer } from "./tipset.ts";

export interface EndpointsOptions {
  /** Of the same chain, best first. */
  urls: readonly string[];
  chain: Chain;
  /** Called before an endpoint is used: first, and whenever requests move to it. Throws for one of another chain. */
  verify?: (client: PublicClient, endpoint: string) => Promise<void>;
  timeoutMs?: number;
  /** Requests of one JSON-RPC batch: what is asked in the same turn of the event loop goes together. 1: no batches. */
  batchSize?: number;
  /** HTTP requests under way at once, for each endpoint. */
  inFlight?: number;
  /** Told whenever an HTTP request has ended, whatever came of it: whoever waits for many of them is still alive. */
  onExchange?(): void;
  clock: Clock;
  logger: Logger;
  metrics?: Metrics;
}

/** No endpoint answers. */
export class EndpointsDownError extends Error {
  constructor(names: readonly string[], cause: unknown) {
    super(
      `No RPC endpoint answers (${names.join(", ")}): ${(cause as Error)?.message?.split("\n")[0]}\nNext: check the network, or configure another endpoint.`,
      { cause },
    );
    this.name = "EndpointsDownError";
  }
}

const FAILURES = 5;
const HALF_OPEN_AFTER_MS = 30_000;
/** 10,000 events are about 10 MB. */
const MAX_RESPONSE_BYTES = 64 << 20;
const GAUGE: Record<CircuitState, number> = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
};

/**
 * Several RPC endpoints as one viem transport. A request that an endpoint does not answer goes to the next at once; one
 * that fails five times in a row is left alone for 30 seconds. What an endpoint answers, errors too, is the answer.
 */
export function createEndpoints(options: EndpointsOptions) {
  const {
    urls,
    chain,
    verify,
    timeoutMs = 30_000,
    batchSize = 250,
    inFlight = 8,
    onExchange = () => {},
    clock,
    logger,
    metrics,
  } = options;
  const endpoints = urls.map(open);
  type Endpoint = ReturnType<typeof open>;
  let current: Endpoint | undefined;

  function open(url: string) {
    // A path may hold a key.
    const name = new URL(url).host;
    const slots = bulkhead(inFlight, Number.POSITIVE_INFINITY);
    const transport = http(url, {
      ...{ timeout: timeoutMs, retryCount: 0, maxResponseBodySize: MAX_RESPONSE_BYTES },
      batch: batchSize > 1 && { batchSize },
      fetchFn: (input, init) => slots.execute(() => fetch(input, init).finally(onExchange)),
    });
    // The requests of one batch fail by one error: it counts once.
    const counted = new WeakSet<object>();
    const isNew = (error: unknown) => {
      if (counted.has(error as object)) return false;
      counted.add(error as object);
      return true;
    };
    const breaker = circuitBreaker(handleWhen(isNew), {
      halfOpenAfter: after(HALF_OPEN_AFTER_MS, clock),
      breaker: new ConsecutiveBreaker(FAILURES),
    });
    metrics?.breakerState.set({ endpoint: name }, 0);
    breaker.onStateChange((state) => {
      metrics?.breakerState.set({ endpoint: name }, GAUGE[state]);
      logger.warn({ endpoint: name, breaker: CircuitState[state] }, "endpoint");
    });
    const { request } = transport({ chain });
    const client = createPublicClient({ chain, transport }) as PublicClient;
    return { name, client, request, breaker, moving: undefined as Promise<void> | undefined };
  }

  type Request = { method: string; params?: unknown };

  /** The endpoint's answer, or its refusal; throws when it gave neither. */
  async function ask(endpoint: Endpoint, call: Request) {
    if (endpoint !== current) {
      endpoint.moving ??= moveTo(endpoint).finally(() => {
        endpoint.moving = undefined;
      });
      await endpoint.moving;
    }
    try {
      const result = await endpoint.request(call as never);
      if (result === undefined) throw new Error("The answer is no JSON-RPC.");
      return { result };
    } catch (refusal) {
      if (!isAnswer(refusal)) throw refusal;
      return { refusal };
    }
  }

  async function moveTo(endpoint: Endpoint): Promise<void> {
    await verify?.(endpoint.client, endpoint.name);
    if (current !== undefined) logger.warn({ from: current.name, to: endpoint.name }, "endpoint changed");
    current = endpoint;
  }

  async function request(call: Request): Promise<unknown> {
    let failure: unknown;
    const first = current ?? endpoints[0];
    for (const endpoint of [...endpoints].sort((a, b) => Number(b === first) - Number(a === first))) {
      const attempt = await endpoint.breaker
        .execute(() => ask(endpoint, call).catch((error: unknown) => rethrowUnless(error)))
        .catch((error: unknown) => ({ failure: error }));
      if ("stop" in attempt) throw attempt.stop;
      if ("result" in attempt) return attempt.result;
      if ("refusal" in attempt) {
        metrics?.rpcErrors.inc({ endpoint: endpoint.name, class: "refusal" });
        throw attempt.refusal;
      }
      failure = attempt.failure;
      metrics?.rpcErrors.inc({ endpoint: endpoint.name, class: classOf(failure) });
    }
    throw new EndpointsDownError(
      endpoints.map(({ name }) => name),
      failure,
    );
  }

  const transport: Transport = () =>
    createTransport({
      key: "endpoints",
      name: "RPC endpoints",
      type: "endpoints",
      retryCount: 0,
      request: request as never,
    });

  return {
    transport,
    /** Leaves the endpoint that is used now for the next one: it answers, but its head stands still. */
    turn(stalledMs?: number): void {
      const index = endpoints.indexOf(current ?? (endpoints[0] as Endpoint));
      const [skipped] = endpoints.splice(index, 1);
      endpoints.push(skipped as Endpoint);
      if (endpoints.length > 1) current = undefined;
      const [from, to] = [skipped?.name, endpoints[0]?.name];
      logger.warn({ from, to, stalledMs }, "no new head for too long");
    },
    /** Whether some endpoint may be asked now. */
    isOpen: () => endpoints.some(({ breaker }) => breaker.state !== CircuitState.Open),
    states: () => endpoints.map(({ name, breaker }) => ({ name, breaker: CircuitState[breaker.state] })),
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;

/** A mismatch is no failure of the endpoint's that another one could make good: it stops everything. */
function rethrowUnless(error: unknown): { stop: StopError } {
  if (error instanceof StopError) return { stop: error };
  throw error;
}

/** cockatiel measures by the wall clock, which jumps; this ends by the monotonic one. */
function after(ms: number, clock: Clock): IBackoffFactory<unknown> {
  const start = () => {
    const until = clock.monotonic() + ms;
    return {
      get duration() {
        return clock.monotonic() >= until ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: start,
    };
  };
  return { next: start };
}

function classOf(failure: unknown): string {
  if (isBrokenCircuitError(failure)) return "breaker";
  const { name, status } = failure as { name?: string; status?: number };
  if (status !== undefined) return `http-${status}`;
  return name === "TimeoutError" ? "timeout" : "connection";
}
