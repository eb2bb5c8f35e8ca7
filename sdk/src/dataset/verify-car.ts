import {
  type AsyncPieceHasher,
  createPieceHasher,
  type HashedPiece,
  type PieceHasher,
} from "../piece-hash/piece-hasher.ts";
import { checkBlock, readCarBlocks } from "./car.ts";
import { PieceMismatchError } from "./errors.ts";

/** A CAR that was found sound: its piece, recomputed from its bytes, and how many blocks it holds. */
export interface VerifiedCar extends HashedPiece {
  blocks: number;
}

/**
 * Reads a CAR once, checks every block against its CID and computes the piece CID of the bytes.
 * @param name how errors name the CAR.
 * @param hasher who computes the piece; by default this thread.
 * @throws CarMalformedError, CarBlockCorruptError (with the first bad block's CID and position), PieceMismatchError.
 */
export async function verifyCar(
  name: string,
  source: AsyncIterable<Uint8Array>,
  expectedPieceCid?: string,
  hasher: PieceHasher | AsyncPieceHasher = createPieceHasher(),
): Promise<VerifiedCar> {
  const hashed = async function* () {
    for await (const chunk of source) {
      await hasher.write(chunk);
      yield chunk;
    }
  };
  let blocks = 0;
  for await (const { cid, bytes, position } of readCarBlocks(name, hashed())) {
    await checkBlock(name, cid, bytes, position);
    blocks++;
  }
  const piece = await hasher.digest();
  if (expectedPieceCid !== undefined && piece.cid !== expectedPieceCid) {
    throw new PieceMismatchError(name, expectedPieceCid, piece.cid);
  }
  return { ...piece, blocks };
}
