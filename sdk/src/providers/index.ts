export { fromBase64, toBase64 } from "./base64.ts";
export {
  authMinute,
  CurioAuthError,
  type CurioKeyType,
  type CurioSigner,
  curioAuthHeader,
  delegatedSigner,
  secp256k1Signer,
  verifyCurioAuth,
} from "./curio-auth.ts";
export {
  ProviderAnswerMalformedError,
  ProviderFailedError,
  ProviderRefusedError,
  ProviderRequestError,
  ProviderThrottledError,
  ProviderTimeoutError,
  ProviderUnauthorizedError,
  ProviderUnreachableError,
} from "./errors.ts";
export { type FetchPieceRangeParameters, fetchPieceRange, pieceUrl } from "./fetch-piece.ts";
export * from "./mk20.ts";
export { createMk20Client, type Mk20Client, type Mk20ClientOptions } from "./mk20-client.ts";
export { pieceCidBytes } from "./piece-cid-bytes.ts";
export { type ProviderAnswer, type ProviderRequest, requestProvider } from "./provider-request.ts";
export { type SealedDealRequestParameters, sealedDealRequest } from "./sealed-deal-request.ts";
