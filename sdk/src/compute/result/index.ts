export { ResultCarInvalidError } from "./errors.ts";
export { cidOfDataCid, type PackedResult, packResult } from "./pack-result.ts";
export { readResult, type TaskFiles, verifyTaskResult } from "./read-result.ts";
