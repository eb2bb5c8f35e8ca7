import type { Hex } from "viem";
import { ResultManifestInvalidError, ResultMismatchError } from "./errors.ts";
import { lotRoot } from "./lot-tree.ts";
import {
  buildResultManifest,
  parseResultManifest,
  type ResultEntry,
  type ResultManifest,
  resultManifestDigest,
} from "./result-manifest.ts";

/**
 * What a task commits to on chain: its manifest's digest, or the root of a lot's.
 * @param manifests of the task's shards, in their order
 */
export function resultRoot(manifests: readonly ResultManifest[]): Hex {
  const digests = manifests.map(resultManifestDigest);
  return digests.length === 1 ? (digests[0] as Hex) : lotRoot(digests);
}

/** A shard's result as it was fetched. */
export interface ShardResult {
  manifest: Uint8Array;
  /** All files; `stderr` and `exitCode` may be among them. */
  files: Iterable<ResultEntry>;
}

/**
 * Checks every byte of a task's result against the root on chain, and that the result is this task's.
 * @returns the manifests
 * @throws ResultMismatchError with shard and path, ResultManifestInvalidError
 */
export function verifyResult(task: {
  root: Hex;
  /** The spec's raw CID. */
  spec: string;
  task: number;
  /** In order. */
  shards: readonly ShardResult[];
}): ResultManifest[] {
  if (task.shards.length === 0) throw new ResultManifestInvalidError("there is none");
  const manifests = task.shards.map(({ manifest }) => parseResultManifest(manifest));
  const root = resultRoot(manifests);
  if (root !== task.root.toLowerCase()) {
    throw new ResultMismatchError(`its root is ${root}, that on chain ${task.root}`);
  }
  for (const [shard, manifest] of manifests.entries()) {
    if (manifest.spec !== task.spec || manifest.task !== task.task) {
      const other = `task ${manifest.task} of ${manifest.spec}`;
      throw new ResultMismatchError(`shard ${shard} is of ${other}`, { shard });
    }
    checkFiles(manifest, (task.shards[shard] as ShardResult).files, shard);
  }
  return manifests;
}

function checkFiles(manifest: ResultManifest, entries: Iterable<ResultEntry>, shard: number): void {
  const { files } = buildResultManifest({ ...manifest, exitCode: manifest.exit, files: entries });
  const found = new Map(files.map((file) => [file.path, file]));
  for (const { path, sha256, size } of manifest.files) {
    const file = found.get(path);
    found.delete(path);
    if (file?.sha256 === sha256 && file.size === size) continue;
    const why = file === undefined ? "is missing" : "has other bytes";
    throw new ResultMismatchError(`${JSON.stringify(path)} of shard ${shard} ${why}`, { shard, path });
  }
  for (const path of found.keys()) {
    throw new ResultMismatchError(`${JSON.stringify(path)} of shard ${shard} is in no manifest`, {
      shard,
      path,
    });
  }
}
