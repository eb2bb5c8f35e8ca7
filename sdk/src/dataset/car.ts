import * as dagCbor from "@ipld/dag-cbor";
import { varint } from "multiformats";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { sha256 } from "multiformats/hashes/sha2";
import { CarBlockCorruptError, CarMalformedError } from "./errors.ts";

/** A larger block is refused, so that a hostile CAR cannot make a reader hold gigabytes (IPFS's own bound is 2 MiB). */
export const MAX_BLOCK_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const SHA2_256 = 0x12;

/** One block of a CAR and where it lies: `position` is the byte at which its data begins. */
export interface CarBlock {
  cid: CID;
  bytes: Uint8Array;
  position: number;
}

/** A CARv1 header. Its length does not depend on which CID (of version 1 and SHA-256) the root is. */
export function encodeCarHeader(root: CID): Uint8Array {
  return withLength(dagCbor.encode({ version: 1, roots: [root] }));
}

/** A CARv1 section: length, CID, data. */
export function encodeCarSection(cid: CID, bytes: Uint8Array): Uint8Array {
  const head = encodeCarSectionHead(cid, bytes.length);
  const section = new Uint8Array(head.length + bytes.length);
  section.set(head);
  section.set(bytes, head.length);
  return section;
}

/** A section without its data, of which there are `dataLength` bytes. */
export function encodeCarSectionHead(cid: CID, dataLength: number): Uint8Array {
  return withLength(cid.bytes, dataLength);
}

/** `bytes` behind their length, in which `more` bytes that follow are counted. */
function withLength(bytes: Uint8Array, more = 0): Uint8Array {
  const length = bytes.length + more;
  const at = varint.encodingLength(length);
  const whole = new Uint8Array(at + bytes.length);
  varint.encodeTo(length, whole);
  whole.set(bytes, at);
  return whole;
}

/** @throws CarBlockCorruptError if `bytes` do not hash to `cid`. */
export async function checkBlock(car: string, cid: CID, bytes: Uint8Array, position: number): Promise<void> {
  const digest = await sha256.digest(bytes);
  if (cid.multihash.code !== SHA2_256 || !sameBytes(digest.digest, cid.multihash.digest)) {
    throw new CarBlockCorruptError(car, cid.toString(), position);
  }
}

/** The CARv1 header at the start of `bytes`: its roots and its length in bytes. @throws CarMalformedError */
export function decodeCarHeader(car: string, bytes: Uint8Array): { roots: CID[]; length: number } {
  const prefix = readVarint(car, bytes, 0, 0);
  const end = prefix.end + prefix.value;
  if (prefix.value === 0 || prefix.value > MAX_HEADER_BYTES || end > bytes.length) {
    throw new CarMalformedError(car, 0, `its header would be ${prefix.value} bytes long`);
  }
  try {
    const header = dagCbor.decode<{ version?: unknown; roots?: unknown }>(bytes.subarray(prefix.end, end));
    if (header.version !== 1 || !Array.isArray(header.roots)) throw new Error("it is no CARv1 header");
    return { roots: header.roots.map((root) => CID.asCID(root) ?? fail("a root is no CID")), length: end };
  } catch (cause) {
    throw new CarMalformedError(car, 0, cause instanceof Error ? cause.message : "its header is no DAG-CBOR");
  }
}

/** The head of the section at the start of `bytes`. `position` is where `bytes` begin in the CAR, `most` a block's bytes. */
export function decodeSectionHead(
  car: string,
  bytes: Uint8Array,
  position: number,
  most = MAX_BLOCK_BYTES,
): SectionHead {
  const prefix = readVarint(car, bytes, 0, position);
  if (prefix.value > most) {
    throw new CarMalformedError(car, position, `a block of ${prefix.value} bytes (at most ${most})`);
  }
  try {
    const [cid, rest] = CID.decodeFirst(bytes.subarray(prefix.end));
    const dataStart = bytes.length - rest.length;
    const dataLength = prefix.end + prefix.value - dataStart;
    if (dataLength < 0) throw new Error("a section shorter than its CID");
    return { cid, dataStart, dataLength };
  } catch (cause) {
    throw new CarMalformedError(car, position, cause instanceof Error ? cause.message : "no CID");
  }
}

/** Where a section's data lies, relative to the section's start. */
export interface SectionHead {
  cid: CID;
  dataStart: number;
  dataLength: number;
}

/** The most bytes a section's head takes: a varint and a CID with a 64-byte hash. */
export const SECTION_HEAD_BYTES = 128;

/**
 * The blocks of a CARv1 stream in order, unverified, holding one block at a time.
 * @throws CarMalformedError, with the byte position.
 */
export async function* readCarBlocks(
  car: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<CarBlock> {
  const window = new ReadWindow(source);
  await window.fill(MAX_HEADER_BYTES);
  window.take(decodeCarHeader(car, window.bytes).length);
  for (;;) {
    await window.fill(SECTION_HEAD_BYTES);
    if (window.bytes.length === 0) return;
    const { cid, dataStart, dataLength } = decodeSectionHead(car, window.bytes, window.position);
    await window.fill(dataStart + dataLength);
    if (window.bytes.length < dataStart + dataLength) {
      throw new CarMalformedError(car, window.position, "it ends inside a block");
    }
    const position = window.position + dataStart;
    yield { cid, position, bytes: window.take(dataStart + dataLength).slice(dataStart) };
  }
}

/** The unread front of a stream. */
class ReadWindow {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Reads on until `length` bytes are there or the stream ends. */
  async fill(length: number): Promise<void> {
    const parts = [this.bytes];
    let total = this.bytes.length;
    while (total < length) {
      const next = await this.#chunks.next();
      if (next.done) break;
      parts.push(next.value);
      total += next.value.length;
    }
    if (parts.length === 1) return;
    const joined = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.bytes = joined;
  }

  take(length: number): Uint8Array {
    const taken = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    this.position += length;
    return taken;
  }
}

function readVarint(
  car: string,
  bytes: Uint8Array,
  at: number,
  position: number,
): { value: number; end: number } {
  try {
    const [value, length] = varint.decode(bytes, at);
    return { value, end: at + length };
  } catch {
    throw new CarMalformedError(car, position, bytes.length === 0 ? "it is empty" : "a length is no varint");
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Digest.equals(Digest.create(0, a), Digest.create(0, b));
}

function fail(why: string): never {
  throw new Error(why);
}
