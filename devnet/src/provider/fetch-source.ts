import { createWriteStream } from "node:fs";
import { stat, truncate } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Mk20HttpUrl } from "@holdfast/sdk";

export interface FetchSourceParameters {
  urls: Mk20HttpUrl[];
  /** File that grows; what it already holds is kept, and asked for no more. */
  path: string;
  /** Bytes of the piece's payload: never more are taken. */
  size: number;
  signal: AbortSignal;
  /** Tries without progress before giving up. */
  tries: number;
  retryMs: number;
}

/**
 * Fetches a source's bytes into a file. A dropped connection goes on where it stopped (Range); a server that cannot do
 * that starts over. Sources take turns: by priority, fallbacks last.
 * @throws Error when no source gave all bytes, or one offers more than `size`
 */
export async function fetchSource(parameters: FetchSourceParameters): Promise<void> {
  const { path, size, signal, tries, retryMs } = parameters;
  const urls = parameters.urls.toSorted(
    (a, b) => Number(a.fallback) - Number(b.fallback) || a.priority - b.priority,
  );
  let failures = 0;
  for (let turn = 0; ; turn++) {
    const before = await lengthOf(path);
    if (before === size) return;
    try {
      await fetchRest(urls[turn % urls.length]!, path, before, size, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceTooLongError) throw error;
      failures = (await lengthOf(path)) > before ? 0 : failures + 1;
      if (failures >= tries * urls.length) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

class SourceTooLongError extends Error {}

async function fetchRest(source: Mk20HttpUrl, path: string, have: number, size: number, signal: AbortSignal) {
  const headers = new Headers();
  for (const [name, values] of Object.entries(source.headers ?? {})) {
    for (const value of values) headers.append(name, value);
  }
  if (have > 0) headers.set("range", `bytes=${have}-`);
  const response = await fetch(source.url, { headers, signal });
  const resumed =
    response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${have}-`);
  if (!response.body || (response.status !== 200 && !resumed)) {
    await response.body?.cancel();
    throw new Error(`${source.url} answered ${response.status}`);
  }
  if (!resumed && have > 0) await truncate(path);
  let room = size - (resumed ? have : 0);
  const bounded = async function* (body: AsyncIterable<Uint8Array>) {
    for await (const bytes of body) {
      room -= bytes.length;
      if (room < 0) throw new SourceTooLongError(`${source.url} gives more than the piece's ${size} bytes`);
      yield bytes;
    }
  };
  await pipeline(response.body, bounded, createWriteStream(path, { flags: resumed ? "a" : "w" }));
  if (room > 0) throw new Error(`${source.url} ended ${room} bytes before the piece's end`);
}

async function lengthOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
