import { fromBytes as bytesToHex } from "ox/Hex";
import type { Hex } from "viem";
import { encodeCarHeader, encodeCarSectionHead } from "../../dataset/car.ts";
import { hashPiece } from "../../piece-hash/piece-hasher.ts";
import type { ResultManifest } from "../manifest/result-manifest.ts";
import { cidOfDigest } from "../spec/cid.ts";
import { digestOf, missingFile, rawCid, resultBlocks } from "./blocks.ts";

/** A result as it is served and stored. */
export interface PackedResult {
  /** CAR v1. */
  car: Uint8Array;
  /** Raw CID of the CAR's bytes; a worker serves them at `<endpoint>/results/<cid>`. */
  cid: string;
  /** The same in binary, as `submitTasks` and `openTask` take it. */
  dataCid: Hex;
  /** Piece CID v2 of the CAR, under which a deal stores it. */
  pieceCid: string;
  /** That piece's root: the `piece` of a TaskResult. */
  piece: Hex;
}

/**
 * A task's result in one CAR: equal results have equal bytes. Every block is raw and named by its sha2-256. First comes the
 * root, canonical JSON `{"manifests":[CIDs in the order of the shards],"v":1}`, then the manifests, then the files by their
 * digests, each once.
 * @param result.manifests of the task's shards, in their order
 * @param result.files in any order; what no manifest names, such as stderr, is left out
 * @throws ResultCarInvalidError if a file is missing, ResultManifestInvalidError
 */
export function packResult(result: {
  manifests: readonly ResultManifest[];
  files: Iterable<Uint8Array>;
}): PackedResult {
  const { digests, bytes } = resultBlocks(result.manifests);
  for (const file of result.files) bytes.set(digestOf(file), file);
  const parts = [encodeCarHeader(rawCid(digests[0] as string))];
  for (const digest of digests) {
    const block = bytes.get(digest);
    if (block === undefined) throw missingFile(result.manifests, digest);
    parts.push(encodeCarSectionHead(rawCid(digest), block.length), block);
  }
  const car = concat(parts);
  const cid = rawCid(digestOf(car));
  const piece = hashPiece(car);
  return {
    ...{ car, cid: cid.toString(), dataCid: bytesToHex(cid.bytes) },
    ...{ pieceCid: piece.cid, piece: piece.commitment },
  };
}

/** The CID in a `dataCid` as events tell it; undefined if it is not the raw one of a sha2-256. */
export function cidOfDataCid(dataCid: Hex): string | undefined {
  const [, digest] = /^0x01551220([0-9a-f]{64})$/i.exec(dataCid) ?? [];
  return digest === undefined ? undefined : cidOfDigest(`0x${digest}`);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
