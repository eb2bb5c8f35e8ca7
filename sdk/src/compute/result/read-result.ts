import { type Hex, zeroHash } from "viem";
import { z } from "zod";
import {
  decodeCarHeader,
  decodeSectionHead,
  encodeCarHeader,
  encodeCarSectionHead,
} from "../../dataset/car.ts";
import { CarBlockCorruptError, CarMalformedError } from "../../dataset/errors.ts";
import { hashPiece } from "../../piece-hash/piece-hasher.ts";
import { ResultMismatchError } from "../manifest/errors.ts";
import {
  encodeResultManifest,
  parseResultManifest,
  type ResultManifest,
} from "../manifest/result-manifest.ts";
import { verifyResult } from "../manifest/verify-result.ts";
import { digestOfCid } from "../spec/cid.ts";
import { digestOf, missingFile, rawCid, resultBlocks } from "./blocks.ts";
import { ResultCarInvalidError } from "./errors.ts";

/** A task's result as it came out of its CAR. */
export interface TaskFiles {
  /** Of the shards, in their order. */
  manifests: ResultManifest[];
  /** By their sha2-256 as manifests have it: 64 hex digits, without 0x. */
  files: Map<string, Uint8Array>;
}

/** How errors name the bytes. */
const RESULT = "The result";

const rootSchema = z.strictObject({ v: z.literal(1), manifests: z.array(z.string()).min(1).max(256) });

/**
 * Reads a result's CAR and takes no other bytes than packResult writes: every block hashes to its CID, none is missing and
 * none too much. Whether it is the result that a task committed to, `verifyTaskResult` says.
 * @throws CarMalformedError, CarBlockCorruptError, ResultCarInvalidError, ResultManifestInvalidError
 */
export function readResult(car: Uint8Array): TaskFiles {
  const blocks = readBlocks(car);
  const manifests = manifestsIn(blocks);
  const { digests } = resultBlocks(manifests);
  const missing = digests.find((digest) => !blocks.has(digest));
  if (missing !== undefined) throw missingFile(manifests, missing);
  if (blocks.size > digests.length) throw new ResultCarInvalidError("it has a block that no manifest names");
  if ([...blocks.keys()].some((digest, at) => digest !== digests[at])) {
    throw new ResultCarInvalidError("its blocks are in another order");
  }
  const named = manifests.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
  return { manifests, files: new Map(named.map((sha256) => [sha256, blocks.get(sha256) as Uint8Array])) };
}

/**
 * Reads a task's result and checks every byte of it against what the task has on chain.
 * @throws ResultMismatchError if it is another result, another task's, or another piece; what readResult throws
 */
export function verifyTaskResult(
  car: Uint8Array,
  task: {
    /** The spec's raw CID. */
    spec: string;
    task: number;
    /** The task's on chain. */
    root: Hex;
    /** Root of the CAR's piece, if the chain keeps it; zero, as undefined: it does not. */
    piece?: Hex;
  },
): TaskFiles {
  const result = readResult(car);
  const sizes = (manifest: ResultManifest) =>
    manifest.files.map((file) => ({ ...file, size: result.files.get(file.sha256)?.length ?? -1 }));
  const shards = result.manifests.map((manifest) => ({
    manifest: encodeResultManifest(manifest),
    files: sizes(manifest),
  }));
  verifyResult({ root: task.root, spec: task.spec, task: task.task, shards });
  if (task.piece === undefined || task.piece === zeroHash) return result;
  const piece = hashPiece(car).commitment;
  if (piece !== task.piece.toLowerCase()) {
    throw new ResultMismatchError(`its piece is ${piece}, that on chain ${task.piece}`);
  }
  return result;
}

/** The blocks by their digests, in order, each of them verified. */
function readBlocks(car: Uint8Array): Map<string, Uint8Array> {
  const { length } = decodeCarHeader(RESULT, car);
  const blocks = new Map<string, Uint8Array>();
  for (let at = length; at < car.length; ) {
    const { cid, dataStart, dataLength } = decodeSectionHead(RESULT, car.subarray(at), at, car.length);
    const bytes = car.subarray(at + dataStart, at + dataStart + dataLength);
    if (bytes.length < dataLength) throw new CarMalformedError(RESULT, at, "it ends inside a block");
    const digest = digestOf(bytes);
    if (!cid.equals(rawCid(digest))) throw new CarBlockCorruptError(RESULT, `${cid}`, at + dataStart);
    if (dataStart !== encodeCarSectionHead(cid, dataLength).length) {
      throw new CarMalformedError(RESULT, at, "a length is no shortest varint");
    }
    if (blocks.has(digest)) throw new ResultCarInvalidError("it has a block twice");
    blocks.set(digest, bytes);
    at += dataStart + dataLength;
  }
  const [root] = blocks.keys();
  if (root === undefined) throw new CarMalformedError(RESULT, length, "it has no block");
  if (digestOf(encodeCarHeader(rawCid(root))) !== digestOf(car.subarray(0, length))) {
    throw new CarMalformedError(RESULT, 0, "its header does not name its first block as the one root");
  }
  return blocks;
}

/** Those that the root names; that it is canonical, the order of the blocks tells. */
function manifestsIn(blocks: Map<string, Uint8Array>): ResultManifest[] {
  const [root] = blocks.values();
  let named: z.infer<typeof rootSchema>;
  try {
    named = rootSchema.parse(JSON.parse(new TextDecoder().decode(root)));
  } catch {
    throw new ResultCarInvalidError("its root lists no manifests");
  }
  return named.manifests.map((cid) => {
    const bytes = blocks.get(digestOfCid(cid).slice(2));
    if (bytes === undefined) throw new ResultCarInvalidError(`manifest ${cid} is missing`);
    return parseResultManifest(bytes);
  });
}
