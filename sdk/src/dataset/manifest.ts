import * as dagCbor from "@ipld/dag-cbor";
import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { fromBytes as bytesToHex } from "ox/Hex";
import type { Hex } from "viem";
import { DatasetMalformedError } from "./errors.ts";
import { decodePieceCid } from "./piece-cid.ts";

/** What a dataset is: its UnixFS root and its pieces, in order. It follows from them alone, so anybody can rebuild it. */
export interface DatasetManifest {
  root: CID;
  /** Piece CIDs v2, in the order in which the dataset was packed. */
  pieces: string[];
}

/** A manifest as a block. `dataset` is its SHA-256: the id under which every deal for the dataset is made. */
export interface EncodedManifest {
  cid: CID;
  bytes: Uint8Array;
  dataset: Hex;
}

/** Encodes a manifest (DAG-CBOR: `{ version, root, pieces }`, links throughout). */
export function encodeManifest(manifest: DatasetManifest): EncodedManifest {
  const pieces = manifest.pieces.map((piece) => CID.parse(piece));
  const bytes = dagCbor.encode({ version: 1, root: manifest.root, pieces });
  const digest = sha256(bytes);
  return { cid: CID.createV1(dagCbor.code, Digest.create(0x12, digest)), bytes, dataset: bytesToHex(digest) };
}

/** @throws DatasetMalformedError, PieceCidInvalidError */
export function decodeManifest(bytes: Uint8Array): DatasetManifest {
  const value = dagCbor.decode<{ version?: unknown; root?: unknown; pieces?: unknown }>(bytes);
  const root = CID.asCID(value.root);
  if (value.version !== 1 || root === null || !Array.isArray(value.pieces)) {
    throw new DatasetMalformedError("", "its manifest is not of version 1");
  }
  return { root, pieces: value.pieces.map((piece) => decodePieceCid(CID.asCID(piece) ?? String(piece)).cid) };
}
