import canonicalize from "canonicalize";
import { CID } from "multiformats/cid";
import { encodeResultManifest, type ResultManifest } from "../manifest/result-manifest.ts";
import { cidOfDigest, sha256Hex } from "../spec/cid.ts";
import { ResultCarInvalidError } from "./errors.ts";

/** What a result's CAR is made of. Digests are sha2-256, 64 hex digits without 0x. */
export interface ResultBlocks {
  /** Of every block, in the one order that they have: the root, the manifests, the files ascending; each once. */
  digests: string[];
  /** The root's and the manifests' bytes, by digest. */
  bytes: Map<string, Uint8Array>;
}

/** @throws ResultManifestInvalidError, ResultCarInvalidError unless there are 1 to 256 manifests of one task */
export function resultBlocks(manifests: readonly ResultManifest[]): ResultBlocks {
  const [first] = manifests;
  if (first === undefined || manifests.length > 256) {
    throw new ResultCarInvalidError(`a task has 1 to 256 shards, not ${manifests.length}`);
  }
  if (manifests.some(({ spec, task }) => spec !== first.spec || task !== first.task)) {
    throw new ResultCarInvalidError("its shards are of several tasks");
  }
  const encoded = manifests.map(encodeResultManifest);
  const cids = encoded.map((bytes) => cidOfDigest(sha256Hex(bytes)));
  const root = new TextEncoder().encode(canonicalize({ v: 1, manifests: cids }));
  const bytes = new Map([root, ...encoded].map((block) => [digestOf(block), block]));
  const files = manifests.flatMap((manifest) => manifest.files.map(({ sha256 }) => sha256));
  return { digests: [...new Set([...bytes.keys(), ...files.sort()])], bytes };
}

/** @throws ResultCarInvalidError that names the file of which there are no bytes under this digest */
export function missingFile(manifests: readonly ResultManifest[], digest: string): ResultCarInvalidError {
  for (const [shard, { files }] of manifests.entries()) {
    const file = files.find(({ sha256 }) => sha256 === digest);
    if (file === undefined) continue;
    const { path } = file;
    return new ResultCarInvalidError(`${JSON.stringify(path)} of shard ${shard} is missing`, { shard, path });
  }
  return new ResultCarInvalidError("a manifest is missing");
}

/** sha2-256, 64 hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return sha256Hex(bytes).slice(2);
}

/** The raw CID of a digest. */
export function rawCid(digest: string): CID {
  return CID.parse(cidOfDigest(`0x${digest}`));
}
