export { type Piece, pieceCidV1 } from "../dataset/piece-cid.ts";
export { LAYER_BYTES } from "../dataset/piece-tree.ts";
export {
  type AsyncPieceHasher,
  createPieceHasher,
  type HashedPiece,
  hashPiece,
  hashPieceStream,
  type PieceHasher,
} from "./piece-hasher.ts";
