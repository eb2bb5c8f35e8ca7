import * as dagCbor from "@ipld/dag-cbor";
import * as dagPb from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import type { BlockSource } from "./block-source.ts";
import { nameProblem } from "./entry.ts";
import { DatasetBlockMissingError, DatasetMalformedError } from "./errors.ts";
import { decodeManifest } from "./manifest.ts";

/** A file or directory of a dataset, parents before children. The dataset's top has an empty path. */
export type DatasetItem =
  | { kind: "directory"; path: string[] }
  | { kind: "file"; path: string[]; size: number; content: () => AsyncGenerator<Uint8Array> };

interface Node {
  links: { name: string; cid: CID }[];
  unixfs: UnixFS;
}

/** Deeper trees are refused: no file system takes such paths, and the reader recurses. */
const MAX_DEPTH = 1024;

/**
 * The files and directories under `root` (a UnixFS root or a manifest's), in a dataset's order. Nothing is trusted:
 * blocks come verified, names that would leave their directory and files whose size is not what their nodes say are
 * refused.
 * @throws DatasetBlockMissingError, DatasetMalformedError, CarBlockCorruptError
 */
export async function* readDataset(
  blocks: BlockSource,
  root: CID,
  signal?: AbortSignal,
): AsyncGenerator<DatasetItem> {
  if (root.code === dagCbor.code) {
    const manifest = decodeManifest(await need(blocks, root, []));
    return yield* walk(blocks, manifest.root, [], signal);
  }
  yield* walk(blocks, root, [], signal);
}

async function* walk(
  blocks: BlockSource,
  cid: CID,
  path: string[],
  signal?: AbortSignal,
): AsyncGenerator<DatasetItem> {
  signal?.throwIfAborted();
  if (path.length > MAX_DEPTH) throw malformed(path, `it is more than ${MAX_DEPTH} directories deep`);
  if (cid.code === raw.code) {
    const bytes = await need(blocks, cid, path);
    yield { kind: "file", path, size: bytes.length, content: () => leaves(blocks, cid, path, 0, signal) };
    return;
  }
  const node = decodeNode(await need(blocks, cid, path), cid, path);
  if (node.unixfs.type === "file" || node.unixfs.type === "raw") {
    const size = Number(node.unixfs.fileSize());
    yield { kind: "file", path, size, content: () => checkedFile(blocks, cid, path, size, signal) };
    return;
  }
  if (!node.unixfs.isDirectory()) throw malformed(path, `a dataset has no ${node.unixfs.type}`);
  yield { kind: "directory", path };
  const entries = new Map<string, CID>();
  await collect(blocks, node, path, entries, 0);
  for (const [name, child] of entries) yield* walk(blocks, child, [...path, name], signal);
}

/** Gathers a directory's entries, from all nodes of it if it is a HAMT. */
async function collect(
  blocks: BlockSource,
  node: Node,
  path: string[],
  entries: Map<string, CID>,
  depth: number,
) {
  const sharded = node.unixfs.type === "hamt-sharded-directory";
  const prefix = sharded ? (Number(node.unixfs.fanout ?? 256n) - 1).toString(16).length : 0;
  for (const link of node.links) {
    if (sharded && link.name.length === prefix) {
      // The HAMT eats one byte of a 64-bit hash a level.
      if (depth > 8) throw malformed(path, "its HAMT is too deep");
      const shard = decodeNode(await need(blocks, link.cid, path), link.cid, path);
      if (shard.unixfs.type !== "hamt-sharded-directory") throw malformed(path, "a HAMT holds another node");
      await collect(blocks, shard, path, entries, depth + 1);
      continue;
    }
    const name = link.name.slice(prefix);
    const problem = nameProblem(name);
    if (problem) throw malformed([...path, name], problem);
    if (entries.has(name)) throw malformed([...path, name], "the name is there twice");
    entries.set(name, link.cid);
  }
}

async function* checkedFile(
  blocks: BlockSource,
  cid: CID,
  path: string[],
  size: number,
  signal?: AbortSignal,
) {
  let read = 0;
  for await (const bytes of leaves(blocks, cid, path, 0, signal)) {
    read += bytes.length;
    if (read > size) break;
    yield bytes;
  }
  if (read !== size) throw malformed(path, `it says ${size} bytes and has ${read > size ? "more" : read}`);
}

async function* leaves(
  blocks: BlockSource,
  cid: CID,
  path: string[],
  depth: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  if (depth > 64) throw malformed(path, "its nodes are too deep");
  const bytes = await need(blocks, cid, path);
  if (cid.code === raw.code) {
    if (bytes.length > 0) yield bytes;
    return;
  }
  const node = decodeNode(bytes, cid, path);
  if (node.unixfs.type !== "file" && node.unixfs.type !== "raw")
    throw malformed(path, "a file holds another node");
  if (node.unixfs.data !== undefined && node.unixfs.data.length > 0) yield node.unixfs.data;
  for (const link of node.links) yield* leaves(blocks, link.cid, path, depth + 1, signal);
}

function decodeNode(bytes: Uint8Array, cid: CID, path: string[]): Node {
  if (cid.code !== dagPb.code) throw malformed(path, `codec 0x${cid.code.toString(16)} is not UnixFS`);
  try {
    const { Data, Links } = dagPb.decode(bytes);
    if (Data === undefined) throw new Error("a node without data");
    return {
      unixfs: UnixFS.unmarshal(Data),
      links: Links.map((link) => ({ name: link.Name ?? "", cid: link.Hash })),
    };
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : "it is no DAG-PB");
  }
}

async function need(blocks: BlockSource, cid: CID, path: string[]): Promise<Uint8Array> {
  const bytes = await blocks(cid);
  if (bytes === undefined) throw new DatasetBlockMissingError(cid.toString(), path.join("/"));
  return bytes;
}

function malformed(path: string[], why: string): DatasetMalformedError {
  return new DatasetMalformedError(path.join("/"), why);
}
