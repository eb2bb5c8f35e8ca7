import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

export interface FileServerOptions {
  /** Loopback unless `open`. */
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** Says that anybody who reaches `host` may read the files. */
  open?: boolean;
  /** What is served: URL path (with its leading slash) to file. Nothing else of the disk can be reached. */
  files: ReadonlyMap<string, string>;
}

export interface FileServer {
  /** Base URL without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/** A server of one's own files was asked to listen where others could reach it. */
export class FileServerOpenError extends Error {
  constructor(host: string) {
    super(
      `${host} is not a loopback address: others could read the files.\nNext: set "open" if that is wanted.`,
    );
    this.name = "FileServerOpenError";
  }
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Whether only this machine reaches a server on `host`. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/**
 * Serves whole files and single byte ranges (RFC 9110) over HTTP, streaming.
 * @throws FileServerOpenError
 */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const { host = "127.0.0.1", port = 0, open = false, files } = options;
  if (!open && !isLoopback(host)) throw new FileServerOpenError(host);
  const server = createServer((request, response) => {
    answer(request, response, files).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, string>,
) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return void response.writeHead(405, { allow: "GET, HEAD" }).end();
  }
  const path = files.get((request.url ?? "").split("?")[0] as string);
  if (path === undefined) return void response.writeHead(404).end();
  const { size, mtimeMs } = await stat(path);
  const etag = `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}"`;
  const common = { "accept-ranges": "bytes", "content-type": "application/vnd.ipld.car; version=1", etag };
  const condition = request.headers["if-range"];
  const range =
    condition !== undefined && condition !== etag ? "whole" : parseRange(request.headers.range, size);
  if (range === "unsatisfiable") {
    return void response.writeHead(416, { ...common, "content-range": `bytes */${size}` }).end();
  }
  const { start, end } = range === "whole" ? { start: 0, end: size - 1 } : range;
  const length = { "content-length": end - start + 1 };
  if (range === "whole") response.writeHead(200, { ...common, ...length });
  else response.writeHead(206, { ...common, ...length, "content-range": `bytes ${start}-${end}/${size}` });
  if (request.method === "HEAD" || size === 0) return void response.end();
  await pipeline(createReadStream(path, { start, end }), response);
}

/** A header that is malformed, or asks for several ranges, is answered with the whole file, as the RFC allows. */
function parseRange(header: string | undefined, size: number) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "whole";
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && from !== "" && Number(to) < Number(from)) return "whole";
  return start >= size || (from === "" && Number(to) === 0) ? "unsatisfiable" : { start, end };
}
