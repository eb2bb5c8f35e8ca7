export { ResultManifestInvalidError, ResultMismatchError } from "./errors.ts";
export { type LotProof, lotProof, lotRoot, verifyLotProof } from "./lot-tree.ts";
export {
  asFile,
  buildResultManifest,
  encodeResultManifest,
  normaliseExit,
  parseResultManifest,
  RESULT_MANIFEST_MAX_BYTES,
  RESULT_MAX_FILES,
  type ResultEntry,
  type ResultFile,
  type ResultManifest,
  resultManifestDigest,
} from "./result-manifest.ts";
export { resultRoot, type ShardResult, verifyResult } from "./verify-result.ts";
