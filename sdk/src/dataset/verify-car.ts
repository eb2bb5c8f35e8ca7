import { checkBlock, readCarBlocks } from "./car.ts";
import { PieceMismatchError } from "./errors.ts";
import { createPieceHasher, type HashedPiece } from "./piece-hash.ts";

/** A CAR that was found sound: its piece, recomputed from its bytes, and how many blocks it holds. */
export interface VerifiedCar extends HashedPiece {
  blocks: number;
}

/**
 * Reads a CAR once, checks every block against its CID and computes the piece CID of the bytes.
 * @param name how errors name the CAR.
 * @throws CarMalformedError, CarBlockCorruptError (with the first bad block's CID and position), PieceMismatchError.
 */
export async function verifyCar(
  name: string,
  source: AsyncIterable<Uint8Array>,
  expectedPieceCid?: string,
): Promise<VerifiedCar> {
  const hasher = createPieceHasher();
  const hashed = async function* () {
    for await (const chunk of source) {
      hasher.write(chunk);
      yield chunk;
    }
  };
  let blocks = 0;
  for await (const { cid, bytes, position } of readCarBlocks(name, hashed())) {
    await checkBlock(name, cid, bytes, position);
    blocks++;
  }
  const piece = hasher.digest();
  if (expectedPieceCid !== undefined && piece.cid !== expectedPieceCid) {
    throw new PieceMismatchError(name, expectedPieceCid, piece.cid);
  }
  return { ...piece, blocks };
}
