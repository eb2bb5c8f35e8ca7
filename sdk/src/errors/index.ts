export { BaseError, type BaseErrorOptions, findCause } from "./base-error.ts";
export {
  ContractRevertedError,
  type DecodedRevert,
  decodeRevert,
  explainRevert,
  revertData,
} from "./decode-revert.ts";
export { type Guidance, guidanceFor, guides } from "./guidance/index.ts";
export { actionErrorsAbi } from "./known-errors.ts";
