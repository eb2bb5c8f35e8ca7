import { chance, choose, type Seed } from "./chance.ts";
import type { RawLog } from "./get-logs.ts";

/** What can go wrong between a client and its node, request by request. */
export const FAULT_KINDS = [
  /** The connection breaks before the request was heard. */
  "drop-before",
  /** The connection breaks before the answer is: what was asked has been done. */
  "drop-after",
  /** 429, with Retry-After. */
  "throttle",
  /** 502 of a proxy, in HTML. */
  "bad-gateway",
  /** No answer for a long time, and then none. */
  "hang",
  /** JSON that ends in the middle. */
  "malformed",
  /** The answer of a node that lags behind. */
  "stale-head",
  /** The answer of a node of another chain. */
  "wrong-chain",
  /** Each log twice. */
  "duplicate-logs",
  /** Logs in another order. */
  "reordered-logs",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultOptions {
  /** The chance of a request to be hit. */
  rate: number;
  /** Which, all being as likely. Default: all of them. */
  kinds?: readonly FaultKind[];
  /** Milliseconds that a hanging request hangs. Default 30,000. */
  hangMs?: number;
  /** Seconds in Retry-After. Default 1. */
  retryAfterSeconds?: number;
  /** Tipsets that a stale node lags behind. Default 3. */
  staleBy?: number;
}

/** Which logs nobody is shown. */
export type LogMatch = (log: RawLog) => boolean;

export type FaultScript = ReturnType<typeof createFaultScript>;

/** Whether a fault can show itself in a request. */
function applies(kind: FaultKind, method: string): boolean {
  if (kind === "duplicate-logs" || kind === "reordered-logs") return method === "eth_getLogs";
  if (kind === "wrong-chain") return method === "eth_chainId" || method === "net_version";
  if (kind === "stale-head") return /^eth_(blockNumber|call|get)/.test(method);
  return true;
}

/** Decides the fault of every request: by the script first, else by chance, the same for the same seed. */
export function createFaultScript(seed: Seed, initial: FaultOptions = { rate: 0 }) {
  let options = initial;
  let script: { kind: FaultKind; method: string | undefined }[] = [];
  const hidden = new Set<LogMatch>();
  const requests = new Map<string, number>();
  const counts = new Map<FaultKind, number>();

  function pick(method: string): FaultKind | undefined {
    const index = script.findIndex((one) => one.method === undefined || one.method === method);
    if (index >= 0) return script.splice(index, 1)[0]?.kind;
    const nth = (requests.get(method) ?? 0) + 1;
    requests.set(method, nth);
    if (chance(seed, "fault", method, nth) >= options.rate) return undefined;
    const possible = (options.kinds ?? FAULT_KINDS).filter((kind) => applies(kind, method));
    return possible.length === 0 ? undefined : choose(possible, seed, "kind", method, nth);
  }

  return {
    get hangMs() {
      return options.hangMs ?? 30_000;
    },
    get retryAfterSeconds() {
      return options.retryAfterSeconds ?? 1;
    },
    get staleBy() {
      return options.staleBy ?? 3;
    },
    /** Faults by chance from now on. */
    set(changes: FaultOptions): void {
      options = changes;
    },
    /** The next `times` requests (of a method) are hit by this. */
    next(kind: FaultKind, method?: string, times = 1): void {
      for (let i = 0; i < times; i++) script.push({ kind, method });
    },
    /** No fault any more. */
    clear(): void {
      options = { rate: 0 };
      script = [];
      hidden.clear();
    },
    /** Logs that match are left out of every answer. @returns shows them again */
    hide(match: LogMatch): () => void {
      hidden.add(match);
      return () => hidden.delete(match);
    },
    isHidden: (log: RawLog) => [...hidden].some((match) => match(log)),
    /** The fault that hits a request to this method, if any does. */
    strike(method: string): FaultKind | undefined {
      const kind = pick(method);
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return kind;
    },
    /** How many requests were hit, by kind. */
    counts: (): Record<string, number> => Object.fromEntries(counts),
  };
}
