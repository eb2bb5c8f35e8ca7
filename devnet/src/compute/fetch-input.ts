import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { GuestBytes } from "@holdfast/sdk/node";
import { extract } from "tar-stream";
import type { InputSource } from "./job.ts";

const ATTEMPTS = 4;

export interface InputLimits {
  /** Of all inputs of a job together. */
  inputBytes: number;
  /** Before the second attempt at a download; each further wait is twice as long. */
  retryMs: number;
}

/** Asks for the size of what will be downloaded, all of it before anything is. */
export async function measureInputs(
  sources: readonly InputSource[],
  limits: InputLimits,
  signal: AbortSignal,
): Promise<void> {
  let size = 0;
  for (const { Source } of sources.filter(isDownload)) {
    const response = await attempt(parameter(Source.Params, "URL"), "HEAD", limits, signal);
    const length = response.headers.get("content-length");
    if (length === null) throw new Error("content-length not provided by the server");
    size += Number(length);
  }
  if (size > limits.inputBytes) throw new Error(`inputs over limit of ${limits.inputBytes} bytes`);
}

/** The files that a job reads, at the paths where it finds them. */
export async function fetchInputs(
  sources: readonly InputSource[],
  limits: InputLimits,
  signal: AbortSignal,
): Promise<GuestBytes[]> {
  const files: GuestBytes[] = [];
  let left = limits.inputBytes;
  for (const source of sources) {
    const url = parameter(source.Source.Params, "URL");
    const found = isDownload(source)
      ? [await download(url, source.Target, left, limits, signal)]
      : await readInline(url, source.Target, left);
    left -= found.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (left < 0) throw new Error(`inputs over limit of ${limits.inputBytes} bytes`);
    files.push(...found);
  }
  return files;
}

function isDownload({ Source }: InputSource): boolean {
  return Source.Type.toLowerCase() === "urldownload";
}

async function download(
  url: string,
  target: string,
  limit: number,
  limits: InputLimits,
  signal: AbortSignal,
): Promise<GuestBytes> {
  const response = await attempt(url, "GET", limits, signal);
  return { path: `${target}/${basename(new URL(url).pathname)}`, bytes: await readBody(response, limit) };
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
  for (let count = 0; count < ATTEMPTS; count++) {
    if (count > 0) await sleep(retryMs * 2 ** (count - 1), undefined, { signal });
    try {
      const response = await fetch(url, { method, signal });
      if (response.ok) return response;
      await response.body?.cancel();
    } catch {
      signal.throwIfAborted();
    }
  }
  throw new Error(`${method} ${url} giving up after ${ATTEMPTS} attempt(s)`);
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
async function readInline(url: string, target: string, limit: number): Promise<GuestBytes[]> {
  const [, type = "", base64, data = ""] = /^data:([^;,]*)[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  const bytes = base64 ? Buffer.from(data, "base64") : Buffer.from(decodeURIComponent(data));
  if (type !== "application/gzip") return [{ path: target, bytes }];
  const files: GuestBytes[] = [];
  const archive = extract();
  archive.end(gunzipSync(bytes, { maxOutputLength: limit }));
  for await (const entry of archive) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part as Uint8Array);
    if (entry.header.type !== "file") continue;
    files.push({ path: `${target}/${entry.header.name}`, bytes: Buffer.concat(parts) });
  }
  return files;
}
