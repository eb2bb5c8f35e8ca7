// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

export { storageDealsAbi } from "./abi-storage-deals.ts";
export { providerRegistryAbi } from "./abi-provider-registry.ts";
export { sectorEvidenceAbi } from "./abi-sector-evidence.ts";
export { filecoinPayAbi } from "./abi-filecoin-pay.ts";

/** Every error of the contracts above, to decode what one of them passes on from another. */
export const errorsAbi = [
  {
    inputs: [{ internalType: "int256", name: "errorCode", type: "int256" }],
    name: "ActorError",
    type: "error",
  },
  { inputs: [], name: "ActorNotFound", type: "error" },
  {
    inputs: [{ internalType: "uint64", name: "method", type: "uint64" }],
    name: "ActorUnreachable",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "offset", type: "uint256" }],
    name: "CborMalformed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "enum IStorageDeals.Departure", name: "departure", type: "uint8" },
    ],
    name: "DealAlreadyLeft",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "DealCallerNotMiner",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "copyId", type: "uint256" }],
    name: "DealCopyIsFaulty",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "copyId", type: "uint256" }],
    name: "DealCopyNotActive",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "uint256", name: "rate", type: "uint256" },
      { internalType: "uint256", name: "allowed", type: "uint256" },
    ],
    name: "DealExtensionAboveRate",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "Epoch", name: "newEnd", type: "uint64" },
      { internalType: "Epoch", name: "least", type: "uint64" },
      { internalType: "Epoch", name: "greatest", type: "uint64" },
    ],
    name: "DealExtensionOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "Epoch", name: "latest", type: "uint64" },
    ],
    name: "DealExtensionTooLate",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "uint8", name: "greatest", type: "uint8" },
    ],
    name: "DealExtensionsExhausted",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "uint256", name: "given", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "DealLocationsMissing",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "method", type: "uint64" },
      { internalType: "uint64", name: "codec", type: "uint64" },
    ],
    name: "DealMethodNotHandled",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "DealNotClient",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "dealId", type: "uint256" }],
    name: "DealNotFound",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "DealNotPay",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "DealNotProvider",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "dealId", type: "uint256" }],
    name: "DealNothingLive",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "dealId", type: "uint256" }],
    name: "DealNothingProposed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "uint64", name: "offerId", type: "uint64" },
    ],
    name: "DealOfferClosed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "DealParameterOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "pieces", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "DealPieceCountOutOfBounds",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "index", type: "uint256" }],
    name: "DealPieceInvalid",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "index", type: "uint256" }],
    name: "DealPieceRepeated",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "index", type: "uint256" },
      { internalType: "uint256", name: "rate", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
    ],
    name: "DealRateTooLow",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "window", type: "uint64" },
      { internalType: "uint64", name: "least", type: "uint64" },
      { internalType: "uint64", name: "greatest", type: "uint64" },
    ],
    name: "DealSealingWindowOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "copyId", type: "uint256" },
      { internalType: "Epoch", name: "commitment", type: "uint64" },
      { internalType: "Epoch", name: "wanted", type: "uint64" },
    ],
    name: "DealSectorNotExtended",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "dealId", type: "uint256" }],
    name: "DealStillProposed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "client", type: "address" },
      { internalType: "uint64", name: "offerId", type: "uint64" },
      { internalType: "uint256", name: "allowed", type: "uint256" },
    ],
    name: "DealTooManyOpenProposals",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "dealId", type: "uint256" }],
    name: "DealUnknown",
    type: "error",
  },
  { inputs: [], name: "EvidenceAlreadyBound", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "sectors", type: "uint256" },
      { internalType: "uint256", name: "others", type: "uint256" },
    ],
    name: "EvidenceLengthsDiffer",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "EvidenceNotDeployer",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "EvidenceNotMarket",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "EvidenceParameterOutOfBounds",
    type: "error",
  },
  { inputs: [], name: "FailToCallActor", type: "error" },
  {
    inputs: [{ internalType: "bytes", name: "filAddress", type: "bytes" }],
    name: "FilAddressInvalid",
    type: "error",
  },
  {
    inputs: [{ internalType: "CommonTypes.FilActorId", name: "actorId", type: "uint64" }],
    name: "InvalidActorID",
    type: "error",
  },
  { inputs: [{ internalType: "uint64", name: "", type: "uint64" }], name: "InvalidCodec", type: "error" },
  { inputs: [], name: "InvalidResponseLength", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "balance", type: "uint256" },
      { internalType: "uint256", name: "value", type: "uint256" },
    ],
    name: "NotEnoughBalance",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "offerId", type: "uint64" },
      { internalType: "uint64", name: "free", type: "uint64" },
      { internalType: "uint64", name: "wanted", type: "uint64" },
    ],
    name: "OfferCapacityExhausted",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "offerId", type: "uint64" },
      { internalType: "uint32", name: "named", type: "uint32" },
      { internalType: "uint32", name: "current", type: "uint32" },
    ],
    name: "OfferChanged",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "duration", type: "uint64" },
      { internalType: "uint64", name: "least", type: "uint64" },
      { internalType: "uint64", name: "greatest", type: "uint64" },
    ],
    name: "OfferDurationOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "offerId", type: "uint64" },
      { internalType: "Epoch", name: "expiry", type: "uint64" },
    ],
    name: "OfferExpired",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint64", name: "offerId", type: "uint64" }],
    name: "OfferIsPaused",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint64", name: "paddedSize", type: "uint64" },
      { internalType: "uint64", name: "least", type: "uint64" },
      { internalType: "uint64", name: "greatest", type: "uint64" },
    ],
    name: "OfferPieceSizeOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "string", name: "field", type: "string" },
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "OfferTermsOutOfBounds",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint64", name: "offerId", type: "uint64" }],
    name: "OfferUnknown",
    type: "error",
  },
  { inputs: [], name: "ProviderAlreadyBound", type: "error" },
  {
    inputs: [{ internalType: "ActorId", name: "provider", type: "uint64" }],
    name: "ProviderAlreadyRegistered",
    type: "error",
  },
  { inputs: [], name: "ProviderAmountZero", type: "error" },
  {
    inputs: [
      { internalType: "ActorId", name: "provider", type: "uint64" },
      { internalType: "string", name: "limit", type: "string" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
      { internalType: "uint256", name: "allowed", type: "uint256" },
    ],
    name: "ProviderBondAboveEnvelope",
    type: "error",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "provider", type: "uint64" },
      { internalType: "uint256", name: "free", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ProviderBondInsufficient",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "account", type: "address" }],
    name: "ProviderCreditZero",
    type: "error",
  },
  {
    inputs: [{ internalType: "string", name: "field", type: "string" }],
    name: "ProviderEnvelopeInvalid",
    type: "error",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "provider", type: "uint64" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ProviderNotController",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ProviderNotDeployer",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ProviderNotEvidence",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ProviderNotMarket",
    type: "error",
  },
  {
    inputs: [{ internalType: "ActorId", name: "provider", type: "uint64" }],
    name: "ProviderNotMiner",
    type: "error",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "provider", type: "uint64" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ProviderNotOwner",
    type: "error",
  },
  {
    inputs: [{ internalType: "ActorId", name: "provider", type: "uint64" }],
    name: "ProviderNotRegistered",
    type: "error",
  },
  {
    inputs: [{ internalType: "ActorId", name: "provider", type: "uint64" }],
    name: "ProviderNothingUnbonding",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "ProviderParameterOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "provider", type: "uint64" },
      { internalType: "Epoch", name: "until", type: "uint64" },
    ],
    name: "ProviderStillUnbonding",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "ProviderTransferFailed",
    type: "error",
  },
  { inputs: [], name: "ReentrancyGuardReentrantCall", type: "error" },
  {
    inputs: [
      { internalType: "uint8", name: "bits", type: "uint8" },
      { internalType: "uint256", name: "value", type: "uint256" },
    ],
    name: "SafeCastOverflowedUintDowncast",
    type: "error",
  },
] as const;
