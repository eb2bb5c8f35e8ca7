import canonicalize from "canonicalize";
import type { Hex } from "viem";
import { z } from "zod";
import { compareBytes, nameProblem } from "../../dataset/entry.ts";
import { digestOfCid, sha256Hex } from "../spec/cid.ts";
import { ResultManifestInvalidError } from "./errors.ts";

/** The most files a shard's result may have, and bytes its manifest. */
export const RESULT_MAX_FILES = 16_384;
export const RESULT_MANIFEST_MAX_BYTES = 8 * 1024 * 1024;
const MAX_PATH_BYTES = 1024;

/** What nodes add or what differs between honest runs: no part of a result. */
const LEFT_OUT = ["stderr", "exitCode"];

/** A file of a result as a manifest names it. */
export interface ResultFile {
  /** Relative, with "/": `outputs/result.csv`, `stdout`. */
  path: string;
  /** 64 hex digits, without 0x. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/** A file of a result, as it was fetched: its bytes, or what they hash to where they are too many to hold. */
export type ResultEntry = ResultFile | { path: string; bytes: Uint8Array };

/** What one shard of a task brought, so that equal results have equal bytes. */
export interface ResultManifest {
  v: 1;
  /** The spec's raw CID. */
  spec: string;
  task: number;
  /** 0 to 2^32 - 1. */
  exit: number;
  /** By the bytes of their paths. */
  files: ResultFile[];
}

const schema = z.strictObject({
  v: z.literal(1),
  spec: z.string().max(128).refine(isRawCid, "is no raw CID"),
  task: z.int().min(0).max(65_534),
  exit: z.int().min(0).max(0xffff_ffff),
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        size: z.int().min(0),
      }),
    )
    .max(RESULT_MAX_FILES),
});

/**
 * The manifest of what a shard left behind. `stderr` and `exitCode` are left out, paths are sorted by their bytes, and an
 * exit code is as normaliseExit says: what honest runs may differ in is gone.
 * @throws ResultManifestInvalidError for two files of one path, a path that climbs, a file where a directory is
 */
export function buildResultManifest(run: {
  /** The spec's raw CID. */
  spec: string;
  task: number;
  /** As the node says it. */
  exitCode: number;
  files: Iterable<ResultEntry>;
}): ResultManifest {
  const files = [...run.files].filter(({ path }) => !LEFT_OUT.includes(path)).map(asFile);
  const keyed = files.map((file) => ({ file, key: new TextEncoder().encode(file.path) }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  const exit = normaliseExit(run.exitCode);
  return check({ v: 1, spec: run.spec, task: run.task, exit, files: keyed.map(({ file }) => file) });
}

/** A file's entry in a manifest. */
export function asFile(entry: ResultEntry): ResultFile {
  if (!("bytes" in entry)) return { path: entry.path, sha256: entry.sha256, size: entry.size };
  return { path: entry.path, sha256: sha256Hex(entry.bytes).slice(2), size: entry.bytes.length };
}

/** An exit code that equal runs share: Bacalhau says -1 where `_start` returned; other codes are those of 32 bits. */
export function normaliseExit(exitCode: number): number {
  return exitCode === -1 ? 0 : exitCode < 0 ? exitCode >>> 0 : exitCode;
}

/**
 * A manifest's bytes: canonical JSON (RFC 8785).
 * @throws ResultManifestInvalidError
 */
export function encodeResultManifest(manifest: ResultManifest): Uint8Array {
  const bytes = new TextEncoder().encode(canonicalize(check(manifest)));
  if (bytes.length > RESULT_MANIFEST_MAX_BYTES) throw tooLong(bytes.length);
  return bytes;
}

/**
 * Reads a manifest, and takes no other bytes than encodeResultManifest writes.
 * @throws ResultManifestInvalidError
 */
export function parseResultManifest(bytes: Uint8Array): ResultManifest {
  if (bytes.length > RESULT_MANIFEST_MAX_BYTES) throw tooLong(bytes.length);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new ResultManifestInvalidError("it is not JSON in UTF-8", cause);
  }
  const manifest = check(value);
  if (compareBytes(encodeResultManifest(manifest), bytes) !== 0) {
    throw new ResultManifestInvalidError("its JSON is not canonical (RFC 8785)");
  }
  return manifest;
}

/** sha2-256 of a manifest's bytes: the result root of a task of one shard. */
export function resultManifestDigest(manifest: ResultManifest): Hex {
  return sha256Hex(encodeResultManifest(manifest));
}

function check(value: unknown): ResultManifest {
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ResultManifestInvalidError(`${issue?.path.join(".") || "it"}: ${issue?.message}`);
  }
  checkPaths(result.data.files);
  return result.data;
}

function checkPaths(files: ResultFile[]): void {
  const encoder = new TextEncoder();
  const paths = new Set<string>();
  let last: Uint8Array | undefined;
  for (const { path } of files) {
    const shown = JSON.stringify(path);
    if (LEFT_OUT.includes(path)) throw new ResultManifestInvalidError(`${shown} is no part of a result`);
    const problem = path.split("/").map(nameProblem).find(Boolean);
    if (problem !== undefined) throw new ResultManifestInvalidError(`${shown} has ${problem} in it`);
    const bytes = encoder.encode(path);
    if (bytes.length > MAX_PATH_BYTES) {
      throw new ResultManifestInvalidError(`a path has ${bytes.length} bytes, more than ${MAX_PATH_BYTES}`);
    }
    const order = last === undefined ? -1 : compareBytes(last, bytes);
    if (order === 0) throw new ResultManifestInvalidError(`${shown} is there twice`);
    if (order > 0) throw new ResultManifestInvalidError(`${shown} is out of order`);
    last = bytes;
    paths.add(path);
  }
  for (const { path } of files) {
    for (let cut = path.indexOf("/"); cut !== -1; cut = path.indexOf("/", cut + 1)) {
      const above = path.slice(0, cut);
      if (paths.has(above)) {
        throw new ResultManifestInvalidError(`${JSON.stringify(above)} is a file and a directory`);
      }
    }
  }
}

function isRawCid(cid: string): boolean {
  try {
    return digestOfCid(cid) !== undefined;
  } catch {
    return false;
  }
}

function tooLong(length: number): ResultManifestInvalidError {
  return new ResultManifestInvalidError(`it has ${length} bytes, more than ${RESULT_MANIFEST_MAX_BYTES}`);
}
