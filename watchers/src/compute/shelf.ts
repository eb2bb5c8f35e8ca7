import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rawCidOf } from "@holdfast/sdk/node";
import { type FileServerOptions, startFileServer } from "../runtime/file-server.ts";

/** Files by their raw CIDs, on disk and over HTTP. */
export interface Shelf {
  /** Base URL without a trailing slash: files are at `/blob/<cid>/<name>`, results at `/results/<cid>`. */
  readonly url: string;
  /** Keeps bytes, and serves them under this name. @returns their raw CID */
  put(bytes: Uint8Array, name: string): Promise<string>;
  /** Keeps a result's CAR, and serves it. @returns its raw CID */
  putResult(car: Uint8Array): Promise<string>;
  /** Bytes that it has, as they were put, and serves under this name; undefined if it has none. */
  get(file: { cid: string; name: string }): Promise<Uint8Array | undefined>;
  /** Where a node fetches a file from. */
  urlOf(file: { cid: string; name: string }): string;
  close(): Promise<void>;
}

/** Opens a shelf on a folder that exists; what lies there from before is found again when it is put or asked for. */
export async function openShelf({
  folder,
  ...server
}: { folder: string } & Omit<FileServerOptions, "files">): Promise<Shelf> {
  const served = new Map<string, string>();
  const { url, close } = await startFileServer({ ...server, files: served });

  async function keep(bytes: Uint8Array, urlPath: (cid: string) => string): Promise<string> {
    const cid = rawCidOf(bytes);
    const path = join(folder, cid);
    const known = await stat(path).catch(() => undefined);
    if (known?.size !== bytes.length) {
      // Whole or not at all, whenever the process ends.
      const draft = `${path}.${process.pid}.part`;
      await writeFile(draft, bytes);
      await rename(draft, path);
    }
    served.set(urlPath(cid), path);
    return cid;
  }

  return {
    url,
    put: (bytes, name) => keep(bytes, (cid) => `/blob/${cid}/${name}`),
    putResult: (car) => keep(car, (cid) => `/results/${cid}`),
    async get({ cid, name }) {
      const path = join(folder, cid);
      const bytes = await readFile(path).catch(() => undefined);
      // A disk changes bytes, too.
      if (bytes === undefined || rawCidOf(bytes) !== cid) return undefined;
      served.set(`/blob/${cid}/${name}`, path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    },
    urlOf: ({ cid, name }) => `${url}/blob/${cid}/${name}`,
    close,
  };
}
