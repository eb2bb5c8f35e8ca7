import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { GuestBytes } from "@holdfast/sdk/node";
import { extract } from "tar-stream";
import type { InputSource } from "./job.ts";

const ATTEMPTS = 4;

/** A download: what a HEAD request said of it, then its bytes. */
interface Download {
  url: string;
  path: string;
}

export interface InputLimits {
  /** Of all inputs of a job together. */
  inputBytes: number;
  /** Before the second attempt at a download; each further wait is twice as long. */
  retryMs: number;
}

/** The files that a job reads: first every address is asked for its size, then all are fetched. */
export async function fetchInputs(
  sources: readonly InputSource[],
  limits: InputLimits,
  signal: AbortSignal,
): Promise<GuestBytes[]> {
  const files: GuestBytes[] = [];
  let left = limits.inputBytes;
  const spend = (bytes: number) => {
    left -= bytes;
    if (left < 0) throw new Error(`inputs over limit of ${limits.inputBytes} bytes`);
  };
  const downloads: (Download | undefined)[] = [];
  for (const { Source, Target } of sources) {
    if (Source.Type.toLowerCase() !== "urldownload") {
      downloads.push(undefined);
      continue;
    }
    const url = parameter(Source.Params, "URL");
    const response = await attempt(url, "HEAD", limits, signal);
    const length = response.headers.get("content-length");
    if (length === null) throw new Error("content-length not provided by the server");
    spend(Number(length));
    downloads.push({ url, path: `${Target}/${basename(new URL(url).pathname)}` });
  }
  for (const [index, { Source, Target }] of sources.entries()) {
    const download = downloads[index];
    if (download === undefined) {
      const inline = await readInline(parameter(Source.Params, "URL"), Target);
      spend(inline.reduce((sum, { bytes }) => sum + bytes.length, 0));
      files.push(...inline);
    } else {
      const response = await attempt(download.url, "GET", limits, signal);
      files.push({ path: download.path, bytes: await readBody(response, limits.inputBytes) });
    }
  }
  return files;
}

/** Keys of parameters differ in their letters' case from client to client. */
function parameter(params: Record<string, unknown> | undefined, key: string): string {
  const found = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return typeof found?.[1] === "string" ? found[1] : "";
}

async function attempt(
  url: string,
  method: "HEAD" | "GET",
  { retryMs }: InputLimits,
  signal: AbortSignal,
): Promise<Response> {
  let last = "";
  for (let count = 0; count < ATTEMPTS; count++) {
    if (count > 0) await sleep(retryMs * 2 ** (count - 1), undefined, { signal });
    try {
      const response = await fetch(url, { method, signal });
      if (response.ok) return response;
      await response.body?.cancel();
      last = `unexpected HTTP status ${response.status}`;
    } catch (error) {
      signal.throwIfAborted();
      last = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`${method} ${url} giving up after ${ATTEMPTS} attempt(s): ${last}`);
}

async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > limit) throw new Error(`inputs over limit of ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A data URL is a file; one of gzip is an archive, and a folder. */
async function readInline(url: string, target: string): Promise<GuestBytes[]> {
  const [, type = "", base64, data = ""] = /^data:([^;,]*)[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  const bytes = base64 ? Buffer.from(data, "base64") : Buffer.from(decodeURIComponent(data));
  if (type !== "application/gzip") return [{ path: target, bytes }];
  const files: GuestBytes[] = [];
  const archive = extract();
  archive.end(gunzipSync(bytes, { maxOutputLength: 64 << 20 }));
  for await (const entry of archive) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part);
    if (entry.header.type !== "file") continue;
    files.push({ path: `${target}/${entry.header.name}`, bytes: Buffer.concat(parts) });
  }
  return files;
}
