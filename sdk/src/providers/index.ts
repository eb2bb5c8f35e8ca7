export * from "./announce-envelope.ts";
export { fromBase64, toBase64 } from "./base64.ts";
export * from "./burn-slashed.ts";
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
export * from "./get-bond.ts";
export * from "./get-burnable.ts";
export * from "./get-credit.ts";
export * from "./get-envelope.ts";
export * from "./get-free-bond.ts";
export * from "./get-offer.ts";
export * from "./get-offer-count.ts";
export * from "./get-offer-rate.ts";
export * from "./get-offer-region.ts";
export * from "./get-offer-terms.ts";
export * from "./get-provider-owner.ts";
export * from "./get-registry-parameters.ts";
export * from "./is-provider-controller.ts";
export * from "./is-provider-owner.ts";
export * from "./list-offers.ts";
export * from "./mk20.ts";
export { createMk20Client, type Mk20Client, type Mk20ClientOptions } from "./mk20-client.ts";
export * from "./offer-terms.ts";
export * from "./pause-offer.ts";
export { pieceCidBytes } from "./piece-cid-bytes.ts";
export * from "./post-bond.ts";
export { type ProviderAnswer, type ProviderRequest, requestProvider } from "./provider-request.ts";
export * from "./publish-offer.ts";
export * from "./register-provider.ts";
export {
  MarketNotAllowedError,
  type RequestSealingParameters,
  requestSealing,
} from "./request-sealing.ts";
export * from "./revise-offer.ts";
export { type SealedDealRequestParameters, sealedDealRequest } from "./sealed-deal-request.ts";
export * from "./unbond.ts";
export * from "./withdraw-bond.ts";
export * from "./withdraw-credit.ts";
