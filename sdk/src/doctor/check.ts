import { BaseError, findCause } from "../errors/base-error.ts";

/** One thing that was looked at. */
export interface Check {
  /** What, in a few words: the same in every run. */
  name: string;
  ok: boolean;
  /** What was found, for people. */
  found: string;
  /** What to do about it; only where it is not `ok`. */
  fix?: string;
}

export function passed(name: string, found: string): Check {
  return { name, ok: true, found };
}

export function failed(name: string, found: string, fix: string): Check {
  return { name, ok: false, found, fix };
}

/** One line of what an endpoint or viem said. */
export function reasonOf(error: unknown): string {
  const deepest = findCause(error, (cause) => typeof (cause as { details?: unknown })?.details === "string");
  if (deepest instanceof BaseError) return deepest.shortMessage;
  const { details, shortMessage, message } = (deepest ?? error) as Record<string, unknown>;
  const text = [details, shortMessage, message].find((part) => typeof part === "string" && part !== "");
  return String(text ?? error).split("\n")[0]!;
}
