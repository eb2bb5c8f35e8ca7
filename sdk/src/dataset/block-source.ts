import type { CID } from "multiformats/cid";
import { checkBlock, decodeCarHeader, decodeSectionHead, SECTION_HEAD_BYTES } from "./car.ts";
import { CarMalformedError } from "./errors.ts";

/** A CAR that can be read at any position: a file, a Blob, a piece behind HTTP ranges. */
export interface CarSource {
  /** How errors name it. */
  name: string;
  size: number;
  /** At most `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Gives a block's bytes, verified against its CID; undefined if it has no such block. */
export type BlockSource = (cid: CID) => Promise<Uint8Array | undefined>;

const HEADER_READ = 64 * 1024;

/** A CAR in memory. */
export function carFromBytes(name: string, bytes: Uint8Array): CarSource {
  return {
    name,
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
}

/**
 * Indexes CARs (one small read for every block) and gives their blocks. Each block is checked whenever it is read;
 * of blocks that are in several CARs, the first one is used. Memory: about 150 bytes a block.
 * @throws CarMalformedError
 */
export async function openCars(cars: CarSource[]): Promise<BlockSource> {
  const index = new Map<string, { car: CarSource; position: number; length: number }>();
  for (const car of cars) {
    let at = decodeCarHeader(car.name, await car.read(0, HEADER_READ)).length;
    while (at < car.size) {
      const head = decodeSectionHead(car.name, await car.read(at, SECTION_HEAD_BYTES), at);
      const position = at + head.dataStart;
      at = position + head.dataLength;
      if (at > car.size) throw new CarMalformedError(car.name, position, "it ends inside a block");
      const key = keyOf(head.cid);
      if (!index.has(key)) index.set(key, { car, position, length: head.dataLength });
    }
  }
  return async (cid) => {
    const found = index.get(keyOf(cid));
    if (found === undefined) return undefined;
    const bytes = await found.car.read(found.position, found.length);
    await checkBlock(found.car.name, cid, bytes, found.position);
    return bytes;
  };
}

/** Blocks are equal if their hashes are: the codec only says how to read them. */
function keyOf(cid: CID): string {
  return String.fromCharCode(...cid.multihash.bytes);
}
