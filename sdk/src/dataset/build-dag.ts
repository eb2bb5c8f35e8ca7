import { importByteStream, importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import type { CID } from "multiformats/cid";
import { type DatasetEntry, type DirectoryEntry, sortedEntries } from "./entry.ts";

/** Sizes of the DAG's blocks. */
export interface DagLayout {
  /** Bytes of a file in one leaf. */
  chunkSize: number;
  /** Links in one node of a file. */
  linksPerNode: number;
  /** A directory whose block would be larger becomes a HAMT. */
  shardThreshold: number;
}

/** Where blocks go, in order: children before parents, the root last. */
export interface BlockSink {
  put(cid: CID, bytes: Uint8Array): Promise<CID>;
}

interface DagNode {
  cid: CID;
  size: bigint;
}

/**
 * The layout whose every block fits into `blockBytes`. From 2 MiB pieces on it is IPFS's `unixfs-v1-2025` profile:
 * 1 MiB raw leaves, 1,024 links, directories of up to 256 KiB.
 */
export function layoutFor(blockBytes: number): DagLayout {
  const linkBytes = 64; // a link of a file node takes about 50 bytes
  return {
    chunkSize: Math.min(1 << 20, 2 ** Math.floor(Math.log2(Math.max(blockBytes, 1)))),
    linksPerNode: Math.max(2, Math.min(1024, Math.floor(blockBytes / linkBytes))),
    shardThreshold: Math.min(1 << 18, blockBytes),
  };
}

/** Builds the UnixFS DAG of `entry` into `sink`, one file and one block at a time, and returns its root. */
export async function buildDag(entry: DatasetEntry, sink: BlockSink, layout: DagLayout): Promise<CID> {
  return (await build(entry, sink, layout)).cid;
}

async function build(entry: DatasetEntry, sink: BlockSink, layout: DagLayout): Promise<DagNode> {
  if (entry.kind === "directory") return buildDirectory(entry, sink, layout);
  return importByteStream(entry.content(), sink, {
    profile: "unixfs-v1-2025",
    chunker: fixedSize({ chunkSize: layout.chunkSize }),
    layout: balanced({ maxChildrenPerNode: layout.linksPerNode }),
    // One at a time: the order of blocks in a CAR, and so its piece CID, must not depend on timing.
    blockWriteConcurrency: 1,
    fileImportConcurrency: 1,
  });
}

async function buildDirectory(
  directory: DirectoryEntry,
  sink: BlockSink,
  layout: DagLayout,
): Promise<DagNode> {
  const children: (DagNode & { path: string })[] = [];
  for (const entry of await sortedEntries(directory)) {
    const { cid, size } = await build(entry, sink, layout);
    children.push({ path: entry.name, cid, size });
  }
  let node: DagNode | undefined;
  const built = importer([], sink, {
    profile: "unixfs-v1-2025",
    shardSplitThresholdBytes: layout.shardThreshold,
    wrapWithDirectory: true,
    fileImportConcurrency: 1,
    // The children are built already: the importer only ties them into a directory or a HAMT.
    dagBuilder: async function* () {
      for (const child of children) yield async () => child;
    },
  });
  for await (const result of built) node = result;
  return node as DagNode;
}
