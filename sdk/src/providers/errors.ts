import { BaseError, type BaseErrorOptions } from "../errors/base-error.ts";
import { Mk20Code } from "./mk20.ts";

/** A request to a storage provider did not bring what was asked for. Its subclasses say which way. */
export class ProviderRequestError extends BaseError {
  /** The URL asked. */
  readonly url: string;
  constructor(url: string, shortMessage: string, options: BaseErrorOptions = {}) {
    super(shortMessage, options);
    this.url = url;
  }
}

/** No connection, or it broke. */
export class ProviderUnreachableError extends ProviderRequestError {
  constructor(url: string, cause: unknown) {
    super(url, `${url} cannot be reached.`, { cause, next: "Try later, or choose another provider." });
  }
}

/** Nothing, or not everything, came within the time allowed. */
export class ProviderTimeoutError extends ProviderRequestError {
  readonly timeoutMs: number;
  constructor(url: string, timeoutMs: number) {
    super(url, `${url} did not answer within ${timeoutMs} ms.`, {
      next: "Try later, or choose another provider.",
    });
    this.timeoutMs = timeoutMs;
  }
}

/** 429: the provider wants fewer requests. */
export class ProviderThrottledError extends ProviderRequestError {
  /** How long it asks to wait, in milliseconds; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  constructor(url: string, retryAfterMs: number | undefined, reason: string) {
    super(url, `${url} is throttled: ${reason || "too many requests"}.`, {
      next:
        retryAfterMs === undefined
          ? "Wait, then try again."
          : `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** 401: the signature, the clock, or the client is not accepted. */
export class ProviderUnauthorizedError extends ProviderRequestError {
  constructor(url: string, reason: string) {
    super(url, `${url} does not accept this client: ${reason || "unauthorized"}.`, {
      next: "Check this machine's clock and key, and ask the provider to allow the client.",
    });
  }
}

/** Any other 4xx, Curio's own codes included: asking the same again is of no use. */
export class ProviderRefusedError extends ProviderRequestError {
  /** See Mk20Code. */
  readonly code: number;
  /** What the provider wrote. */
  readonly reason: string;
  constructor(url: string, code: number, reason: string) {
    const name = Object.entries(Mk20Code).find(([, value]) => value === code)?.[0];
    super(url, `${url} refused with ${code}${name ? ` (${name})` : ""}: ${reason || "no reason given"}.`, {
      next: "Correct the request if the reason names it, else choose another provider.",
    });
    this.code = code;
    this.reason = reason;
  }
}

/** 5xx: the provider failed. Curio also answers 500 to a deal whose identifier it already has. */
export class ProviderFailedError extends ProviderRequestError {
  readonly code: number;
  constructor(url: string, code: number, reason: string) {
    super(url, `${url} failed with ${code}: ${reason || "no reason given"}.`, {
      next: "Ask for the deal's status: it may have been taken. Then try again, or choose another provider.",
    });
    this.code = code;
  }
}

/** The provider answered with something that this API does not answer. */
export class ProviderAnswerMalformedError extends ProviderRequestError {
  constructor(url: string, why: string) {
    super(url, `${url} gave an answer that cannot be used: ${why}.`, { next: "Choose another provider." });
  }
}
