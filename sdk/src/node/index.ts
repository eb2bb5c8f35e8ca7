export { loadLayer, openCarFile, PieceLayerMismatchError, verifyCar } from "./car-file.ts";
export { entryFromPath } from "./file-entry.ts";
export { type PackedCar, type PackedPath, type PackPathOptions, packDataset } from "./pack-dataset.ts";
export {
  openPieceHashPool,
  type PieceHashPool,
  type PieceHashPoolOptions,
  PieceHashWorkerError,
} from "./piece-hash-pool.ts";
export { type ReadPathOptions, type ReadProgress, readDataset } from "./read-dataset.ts";
