import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Context } from "hono";

/** What the local publisher serves: `/<execution>.tar.gz`, whole or in one range. */
export async function serveResult(context: Context, folder: string): Promise<Response> {
  const name = context.req.path.slice(1);
  const path = join(folder, name);
  const found = /^e-[0-9a-f-]{36}\.tar\.gz$/.test(name) ? await stat(path).catch(() => undefined) : undefined;
  if (found === undefined) return context.text("404 page not found\n", 404);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(context.req.header("range") ?? "") ?? [];
  const from = Number(first ?? 0);
  const to = Math.min(last ? Number(last) : found.size - 1, found.size - 1);
  if (from > to) {
    context.header("Content-Range", `bytes */${found.size}`);
    return context.text("invalid range: failed to overlap\n", 416);
  }
  context.header("Accept-Ranges", "bytes");
  context.header("Content-Type", "application/gzip");
  context.header("Last-Modified", found.mtime.toUTCString());
  context.header("Content-Length", `${to - from + 1}`);
  if (first !== undefined) {
    context.status(206);
    context.header("Content-Range", `bytes ${from}-${to}/${found.size}`);
  }
  if (context.req.method === "HEAD") return context.body(null);
  return context.body(Readable.toWeb(createReadStream(path, { start: from, end: to })) as ReadableStream);
}
