import { ProviderAnswerMalformedError } from "./errors.ts";
import { requestProvider } from "./provider-request.ts";

export interface FetchPieceRangeParameters {
  /** The offer's endpoint: base URL without a trailing slash. */
  endpoint: string;
  /** Piece CID v2 as text. */
  pieceCid: string;
  /** First byte of the payload. */
  from: number;
  /** How many bytes, at least 1. */
  length: number;
  /** Default 30,000. */
  timeoutMs?: number;
}

/**
 * Bytes of a piece's payload, unverified: check them with the piece's tree.
 * @throws ProviderRequestError, also when the provider gives other bytes than asked for
 */
export async function fetchPieceRange(parameters: FetchPieceRangeParameters): Promise<Uint8Array> {
  const { endpoint, pieceCid, from, length, timeoutMs = 30_000 } = parameters;
  const url = pieceUrl(endpoint, pieceCid);
  const range = `bytes=${from}-${from + length - 1}`;
  const answer = await requestProvider({ url, headers: { range }, timeoutMs, maxBytes: length });
  if (answer.status !== 206 || !answer.headers.get("content-range")?.startsWith(`bytes ${from}-`)) {
    throw new ProviderAnswerMalformedError(url, `it is not the range ${range}`);
  }
  if (answer.body.length !== length) {
    throw new ProviderAnswerMalformedError(url, `it has ${answer.body.length} of ${length} bytes`);
  }
  return answer.body;
}

/** Where a provider serves a piece. */
export function pieceUrl(endpoint: string, pieceCid: string): string {
  return `${endpoint}/piece/${pieceCid}`;
}
