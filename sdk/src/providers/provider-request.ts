import { concatBytes } from "viem";
import {
  ProviderAnswerMalformedError,
  ProviderFailedError,
  ProviderRefusedError,
  ProviderRequestError,
  ProviderThrottledError,
  ProviderTimeoutError,
  ProviderUnauthorizedError,
  ProviderUnreachableError,
} from "./errors.ts";

export interface ProviderRequest {
  url: string;
  method?: "GET" | "HEAD" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, body included. */
  timeoutMs: number;
  /** Bytes of the answer's body; what is longer is refused, so that a provider cannot exhaust this side's memory. */
  maxBytes: number;
}

export interface ProviderAnswer {
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/**
 * One request to a provider, its whole answer in memory. Any status but 2xx is an error by its kind; there are no
 * retries: when to try again is the caller's policy.
 * @throws ProviderRequestError one of its subclasses
 */
export async function requestProvider(request: ProviderRequest): Promise<ProviderAnswer> {
  const { url, method = "GET", headers, body, timeoutMs, maxBytes } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: "manual" } as RequestInit);
    const answer = await readBody(response, url, response.ok ? maxBytes : MAX_REASON_BYTES, response.ok);
    if (!response.ok) throw errorFor(url, response, new TextDecoder().decode(answer));
    return { status: response.status, headers: response.headers, body: answer };
  } catch (error) {
    if (error instanceof ProviderRequestError) throw error;
    if (signal.aborted) throw new ProviderTimeoutError(url, timeoutMs);
    throw new ProviderUnreachableError(url, error);
  }
}

const MAX_REASON_BYTES = 4096;

async function readBody(
  response: Response,
  url: string,
  maxBytes: number,
  refuseLonger: boolean,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    parts.push(part);
    if (length <= maxBytes) continue;
    if (refuseLonger) throw new ProviderAnswerMalformedError(url, `it is longer than ${maxBytes} bytes`);
    break;
  }
  return concatBytes(parts).subarray(0, maxBytes);
}

function errorFor(url: string, response: Response, text: string): ProviderRequestError {
  const reason = text.replace(/^Reason: ?/, "").trim();
  const { status } = response;
  if (status === 429) return new ProviderThrottledError(url, retryAfterMs(response.headers), reason);
  if (status === 401) return new ProviderUnauthorizedError(url, reason);
  if (status >= 500) return new ProviderFailedError(url, status, reason);
  return new ProviderRefusedError(url, status, reason);
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
