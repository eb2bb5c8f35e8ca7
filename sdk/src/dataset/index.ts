export {
  type AsyncPieceHasher,
  createPieceHasher,
  type HashedPiece,
  hashPiece,
  hashPieceStream,
  type PieceHasher,
} from "../piece-hash/piece-hasher.ts";
export { type BlockSource, type CarSource, carFromBytes, openCars } from "./block-source.ts";
export { type CarBlock, MAX_BLOCK_BYTES, readCarBlocks } from "./car.ts";
export type { DatasetEntry, DirectoryEntry, FileEntry } from "./entry.ts";
export * from "./errors.ts";
export { type DatasetManifest, decodeManifest, type EncodedManifest, encodeManifest } from "./manifest.ts";
export {
  type CarFile,
  type CarStore,
  type PackedDataset,
  type PackedPiece,
  type PackOptions,
  type PackProgress,
  packDataset,
} from "./pack-dataset.ts";
export {
  decodePieceCid,
  heightFor,
  type Piece,
  paddedSizeOf,
  pieceCidV1,
  pieceFrom,
  pieceFromV1,
  unpaddedSizeOf,
} from "./piece-cid.ts";

export {
  LAYER_BYTES,
  type PieceRange,
  PieceRangeUnalignedError,
  samplePlan,
  verifyLayer,
} from "./piece-tree.ts";
export { type DatasetItem, readDataset } from "./read-dataset.ts";
export { type VerifiedCar, verifyCar } from "./verify-car.ts";
export { verifyRange } from "./verify-range.ts";
