import {
  BaseError,
  cidOfDigest,
  decodePieceCid,
  inputsOfShard,
  type JobSpec,
  jobShape,
  parseSpec,
  pieceUrl,
  type TaskInput,
} from "@holdfast/sdk";
import { rawCidOf } from "@holdfast/sdk/node";
import type { Hex } from "viem";
import { z } from "zod";
import type { Shelf } from "./shelf.ts";

/** Nobody who was asked has a file. */
export class FileUnavailableError extends BaseError {
  constructor(name: string, cid: string, tried: readonly string[]) {
    super(`${name} (${cid}) was nowhere to be had.`, {
      details: tried.join("\n"),
      next: "Add the requester's URL, or a provider's that holds it, to the sources.",
    });
  }
}

export interface SourcesOptions {
  /** Where fetched files are kept and served on. */
  shelf: Shelf;
  /** Base URLs that serve `/blob/<cid>/<name>`: the requester's. */
  blobs: readonly string[];
  /** Endpoints of providers that serve `/piece/<pieceCid>`, the operator's own first. */
  providers: readonly string[];
  /** Bytes of one file. Default 1 GiB. */
  fileBytes?: number;
  /** Milliseconds for one file. Default 300,000. */
  timeoutMs?: number;
}

/** Files of jobs, each verified by its CID before anything is done with it. */
export interface Sources {
  /** The spec of a job, and what it says of pieces. @throws FileUnavailableError, SpecInvalidError */
  spec(digest: Hex): Promise<JobSpec>;
  /** @throws FileUnavailableError */
  file(file: { cid: string; name: string }): Promise<Uint8Array>;
  /** The piece CID of an input that a spec said to be a piece. */
  pieceOf(cid: string): string | undefined;
}

/** The input by which a spec says which of its inputs are pieces: JSON, `{"<raw CID>":"<piece CID>"}`. */
export const PIECES_FILE = "pieces.json";
const piecesSchema = z.record(z.string(), z.string());

export function createSources(options: SourcesOptions): Sources {
  const { shelf, blobs, providers, fileBytes = 1 << 30, timeoutMs = 300_000 } = options;
  /** By their raw CIDs. */
  const pieces = new Map<string, string>();

  async function file({ cid, name }: { cid: string; name: string }): Promise<Uint8Array> {
    const kept = await shelf.get({ cid, name });
    if (kept !== undefined) return kept;
    const pieceCid = pieces.get(cid);
    const urls = [
      ...(pieceCid === undefined ? [] : providers.map((endpoint) => pieceUrl(endpoint, pieceCid))),
      ...blobs.map((base) => `${base}/blob/${cid}/${name}`),
    ];
    const tried: string[] = [];
    for (const url of urls) {
      try {
        const bytes = await fetchBytes(url, fileBytes, timeoutMs);
        if (rawCidOf(bytes) !== cid) throw new Error("other bytes");
        await shelf.put(bytes, name);
        return bytes;
      } catch (error) {
        tried.push(`${url}: ${(error as Error).message}`);
      }
    }
    throw new FileUnavailableError(name, cid, tried);
  }

  return {
    file,
    pieceOf: (cid) => pieces.get(cid),
    async spec(digest) {
      const spec = parseSpec(await file({ cid: cidOfDigest(digest), name: "spec.json" }));
      const list = spec.inputs.find(({ name }) => name === PIECES_FILE);
      if (list !== undefined) {
        const text = new TextDecoder().decode(await file(list));
        for (const [cid, piece] of Object.entries(piecesSchema.parse(JSON.parse(text))))
          pieces.set(cid, piece);
      }
      return spec;
    },
  };
}

/**
 * Which task of a spec reads which piece, the piece by its root: the leaves of a job's `inputsRoot`, in the order of the tasks.
 * @param pieceOf the piece CID of an input that is a piece
 */
export function taskPieces(spec: JobSpec, pieceOf: Sources["pieceOf"]): (TaskInput & { pieceCid: Hex })[] {
  const { tasks, shardsPerTask } = jobShape(spec);
  return Array.from({ length: tasks }, (_, task) => {
    const shards = Array.from({ length: shardsPerTask }, (_, shard) => inputsOfShard(spec, task, shard));
    const pieces = new Set(shards.flat().flatMap(({ cid }) => pieceOf(cid) ?? []));
    return [...pieces].map((cid) => ({ task, pieceCid: decodePieceCid(cid).commitment }));
  }).flat();
}

/** At most `most` bytes of what a URL answers. */
export async function fetchBytes(url: string, most: number, timeoutMs: number): Promise<Uint8Array> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok || answer.body === null) throw new Error(`it answered ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of answer.body) {
    total += chunk.length;
    if (total > most) throw new Error(`it has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
