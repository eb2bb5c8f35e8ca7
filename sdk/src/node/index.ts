export { loadLayer, openCarFile, PieceLayerMismatchError, verifyCar } from "./car-file.ts";
export { checkKeystore, checkNodeVersion } from "./check-node.ts";
export { entryFromPath } from "./file-entry.ts";
export type { GuestBytes, GuestFailure, GuestOutcome, GuestRequest, GuestResult } from "./guest/guest-run.ts";
export {
  GuestFailedError,
  type GuestLimits,
  type GuestSurroundings,
  guestRequest,
  type RunGuestOptions,
  runGuest,
  runInProcess,
  runOutcome,
} from "./guest/run-guest.ts";
export { type Ruling, rule, runThrice } from "./guest/run-thrice.ts";
export {
  type CreateKeystoreOptions,
  checkNewKeystore,
  createKeystore,
  KeystoreError,
  KeystoreExistsError,
  KeystoreFolderMissingError,
  KeystoreMalformedError,
  KeystoreModeError,
  KeystorePasswordError,
  KeystoreUnreadableError,
  keystoreAddress,
  readKeystore,
  type UnlockedKey,
} from "./keystore.ts";
export { openPacked, type PackedFolder } from "./open-packed.ts";
export { type PackedCar, type PackedPath, type PackPathOptions, packDataset } from "./pack-dataset.ts";
export {
  openPieceHashPool,
  type PieceHashPool,
  type PieceHashPoolOptions,
  PieceHashWorkerError,
} from "./piece-hash-pool.ts";
export { rawCidOf } from "./raw-cid-of.ts";
export { type ReadPathOptions, type ReadProgress, readDataset } from "./read-dataset.ts";
