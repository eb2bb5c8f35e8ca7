import { decodePieceCid } from "@holdfast/sdk";
import { loadLayer } from "@holdfast/sdk/node";
import { type FileServer, startFileServer } from "../runtime/file-server.ts";
import type { Policy } from "./state.ts";

/** What a policy says about a piece that the client has on disk. */
export interface PieceSource {
  cid: string;
  car?: string | undefined;
  urls: readonly string[];
  layer?: string | undefined;
}

export type SourcedPolicy = Policy & { pieces: readonly PieceSource[] };

export interface FilesOptions {
  host: string;
  port: number;
  open: boolean;
  publicUrl?: string | undefined;
}

/** The CARs and layers of every dataset, served and read by piece CID. */
export async function openDatasetFiles(policies: readonly SourcedPolicy[], options: FilesOptions) {
  const { host, port, open, publicUrl } = options;
  const pieces = new Map<string, PieceSource>();
  for (const piece of policies.flatMap((policy) => policy.pieces)) {
    const known = pieces.get(piece.cid);
    const urls = [...new Set([...(known?.urls ?? []), ...piece.urls])];
    pieces.set(piece.cid, { ...known, ...piece, urls });
  }
  const cars = new Map(
    [...pieces.values()].flatMap(({ cid, car }) => (car === undefined ? [] : [[carPath(cid), car] as const])),
  );
  const server: FileServer | undefined =
    cars.size === 0 ? undefined : await startFileServer({ host, port, open, files: cars });
  const layers = new Map<string, Promise<Uint8Array>>();

  return {
    /** Base URL of the CARs; undefined if there are none. */
    url: server?.url,
    /** Where providers find a piece's CAR, best first. */
    urlsOf(cid: string): string[] {
      const piece = pieces.get(cid);
      const own = piece?.car === undefined ? [] : [`${publicUrl ?? server?.url}${carPath(cid)}`];
      return [...own, ...(piece?.urls ?? [])];
    },
    /** Read and checked once, when first needed. */
    async layerOf(cid: string): Promise<Uint8Array | undefined> {
      const path = pieces.get(cid)?.layer;
      if (path === undefined) return undefined;
      const layer = layers.get(cid) ?? loadLayer(path, decodePieceCid(cid));
      layers.set(cid, layer);
      return layer;
    },
    close: async () => server?.close(),
  };
}

function carPath(cid: string): string {
  return `/${cid}.car`;
}
