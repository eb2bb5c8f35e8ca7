// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

export { storageDealsAbi } from "./abi-storage-deals.ts";
export { providerRegistryAbi } from "./abi-provider-registry.ts";
export { sectorEvidenceAbi } from "./abi-sector-evidence.ts";
export { computeEscrowAbi } from "./abi-compute-escrow.ts";
export { computeRegistryAbi } from "./abi-compute-registry.ts";
export { singleArbiterAbi } from "./abi-single-arbiter.ts";
export { panelArbiterAbi } from "./abi-panel-arbiter.ts";
export { filecoinPayAbi } from "./abi-filecoin-pay.ts";

/** Every error of the contracts above, to decode what one of them passes on from another. */
export const errorsAbi = [
  {
    inputs: [
      { internalType: "ActorId", name: "actor", type: "uint64" },
      { internalType: "uint64", name: "method", type: "uint64" },
      { internalType: "int256", name: "exitCode", type: "int256" },
    ],
    name: "ActorCallFailed",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint64", name: "method", type: "uint64" }],
    name: "ActorUnreachable",
    type: "error",
  },
  { inputs: [], name: "ArbiterJudgeZero", type: "error" },
  {
    inputs: [{ internalType: "address", name: "member", type: "address" }],
    name: "ArbiterMembersNotAscending",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ArbiterNotJudge",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "signer", type: "address" }],
    name: "ArbiterNotMember",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "quorum", type: "uint256" },
      { internalType: "uint256", name: "members", type: "uint256" },
    ],
    name: "ArbiterPanelInvalid",
    type: "error",
  },
  { inputs: [], name: "ArbiterPayeeZero", type: "error" },
  {
    inputs: [
      { internalType: "uint8", name: "given", type: "uint8" },
      { internalType: "uint8", name: "current", type: "uint8" },
    ],
    name: "ArbiterRoundPast",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "signer", type: "address" }],
    name: "ArbiterSignatureInvalid",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "valid", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ArbiterSignaturesTooFew",
    type: "error",
  },
  {
    inputs: [
      { internalType: "Epoch", name: "epoch", type: "uint64" },
      { internalType: "Epoch", name: "current", type: "uint64" },
    ],
    name: "BeaconEpochInFuture",
    type: "error",
  },
  {
    inputs: [{ internalType: "Epoch", name: "epoch", type: "uint64" }],
    name: "BeaconUnavailable",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "endEpoch", type: "uint256" },
      { internalType: "uint256", name: "currentEpoch", type: "uint256" },
    ],
    name: "CannotModifyTerminatedRailBeyondEndEpoch",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "untilEpoch", type: "uint256" },
      { internalType: "uint256", name: "currentEpoch", type: "uint256" },
    ],
    name: "CannotSettleFutureEpochs",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "firstEpoch", type: "uint256" },
      { internalType: "uint256", name: "currentEpoch", type: "uint256" },
    ],
    name: "CannotSettleTerminatedRailBeforeMaxEpoch",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "offset", type: "uint256" }],
    name: "CborMalformed",
    type: "error",
  },
  { inputs: [], name: "CheckpointUnorderedInsertion", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "maxBps", type: "uint256" },
      { internalType: "uint256", name: "bps", type: "uint256" },
    ],
    name: "CommissionRateTooHigh",
    type: "error",
  },
  { inputs: [], name: "ComputeAlreadyBound", type: "error" },
  { inputs: [], name: "ComputeAmountZero", type: "error" },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "arbiter", type: "address" },
    ],
    name: "ComputeArbiterNotAccepted",
    type: "error",
  },
  {
    inputs: [
      { internalType: "bytes32", name: "given", type: "bytes32" },
      { internalType: "bytes32", name: "wanted", type: "bytes32" },
    ],
    name: "ComputeAttestorsMismatch",
    type: "error",
  },
  { inputs: [], name: "ComputeBindingZero", type: "error" },
  {
    inputs: [{ internalType: "bytes32", name: "root", type: "bytes32" }],
    name: "ComputeChallengeAgrees",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "length", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "ComputeCidTooLong",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint16", name: "task", type: "uint16" }],
    name: "ComputeCommitmentMismatch",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "copyId", type: "uint256" }],
    name: "ComputeCopyNotLive",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "credit", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ComputeCreditTooSmall",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "account", type: "address" }],
    name: "ComputeCreditZero",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "length", type: "uint256" }],
    name: "ComputeEndpointTooLong",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "PieceCid", name: "piece", type: "bytes32" },
    ],
    name: "ComputeInputNotProven",
    type: "error",
  },
  {
    inputs: [{ internalType: "bytes32", name: "field", type: "bytes32" }],
    name: "ComputeJobInvalid",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "jobId", type: "uint256" }],
    name: "ComputeJobUnknown",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "tasks", type: "uint256" },
      { internalType: "uint256", name: "results", type: "uint256" },
    ],
    name: "ComputeLengthsDiffer",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "worker", type: "address" }],
    name: "ComputeNotAllowed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ComputeNotArbiter",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ComputeNotChallenger",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "given", type: "address" }],
    name: "ComputeNotContract",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ComputeNotDeployer",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ComputeNotEscrow",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "Epoch", name: "until", type: "uint64" },
    ],
    name: "ComputeNotLocal",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ComputeNotOperator",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "worker", type: "address" }],
    name: "ComputeNotRegistered",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "caller", type: "address" }],
    name: "ComputeNotRequester",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "ComputeNotWorker",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint16", name: "task", type: "uint16" }],
    name: "ComputeNothingHeld",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "address", name: "operator", type: "address" },
    ],
    name: "ComputeOperatorTwice",
    type: "error",
  },
  { inputs: [], name: "ComputeOperatorZero", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "least", type: "uint256" },
      { internalType: "uint256", name: "greatest", type: "uint256" },
    ],
    name: "ComputeParameterOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "PieceCid", name: "piece", type: "bytes32" },
      { internalType: "PieceCid", name: "wanted", type: "bytes32" },
    ],
    name: "ComputePieceMismatch",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint16", name: "task", type: "uint16" }],
    name: "ComputePieceMissing",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "address", name: "worker", type: "address" },
    ],
    name: "ComputeReleasedBefore",
    type: "error",
  },
  {
    inputs: [{ internalType: "bytes32", name: "root", type: "bytes32" }],
    name: "ComputeRootReserved",
    type: "error",
  },
  { inputs: [], name: "ComputeSealEmpty", type: "error" },
  {
    inputs: [{ internalType: "uint16", name: "task", type: "uint16" }],
    name: "ComputeSealMismatch",
    type: "error",
  },
  {
    inputs: [{ internalType: "Epoch", name: "validUntil", type: "uint64" }],
    name: "ComputeSignatureExpired",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "valid", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ComputeSignaturesTooFew",
    type: "error",
  },
  {
    inputs: [{ internalType: "address", name: "signer", type: "address" }],
    name: "ComputeSignersNotAscending",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "free", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ComputeStakeTooSmall",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint16", name: "task", type: "uint16" }],
    name: "ComputeTaskHasWorkers",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "uint16", name: "tasks", type: "uint16" },
    ],
    name: "ComputeTaskUnknown",
    type: "error",
  },
  {
    inputs: [
      { internalType: "Epoch", name: "end", type: "uint64" },
      { internalType: "Epoch", name: "wanted", type: "uint64" },
    ],
    name: "ComputeTermTooShort",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "Epoch", name: "deadline", type: "uint64" },
    ],
    name: "ComputeTooLate",
    type: "error",
  },
  {
    inputs: [{ internalType: "Epoch", name: "until", type: "uint64" }],
    name: "ComputeUnbondingNotOver",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint64", name: "epochs", type: "uint64" }],
    name: "ComputeUnbondingOutOfBounds",
    type: "error",
  },
  {
    inputs: [{ internalType: "enum IComputeLedger.Mode", name: "mode", type: "uint8" }],
    name: "ComputeWrongMode",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint16", name: "task", type: "uint16" },
      { internalType: "enum IComputeLedger.TaskState", name: "state", type: "uint8" },
    ],
    name: "ComputeWrongState",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "oldLockup", type: "uint256" },
      { internalType: "uint256", name: "current", type: "uint256" },
    ],
    name: "CurrentLockupLessThanOldLockup",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "enum IDealLedger.Departure", name: "departure", type: "uint8" },
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
      { internalType: "uint256", name: "dealId", type: "uint256" },
      { internalType: "Epoch", name: "endEpoch", type: "uint64" },
    ],
    name: "DealTermEndsFirst",
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
  { inputs: [], name: "EvidenceBindingZero", type: "error" },
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
  {
    inputs: [
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "FeeWithdrawalNativeTransferFailed",
    type: "error",
  },
  {
    inputs: [{ internalType: "bytes", name: "filAddress", type: "bytes" }],
    name: "FilAddressInvalid",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "received", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "FundsShort",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "FundsTransferFailed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "value", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "FundsValueWrong",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "current", type: "uint256" },
      { internalType: "uint256", name: "reduction", type: "uint256" },
    ],
    name: "InsufficientCurrentLockup",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "payment", type: "uint256" },
      { internalType: "uint256", name: "funds", type: "uint256" },
    ],
    name: "InsufficientFundsForOneTimePayment",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "funds", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "InsufficientFundsForSettlement",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "lockup", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "InsufficientLockupForSettlement",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "paid", type: "uint256" },
      { internalType: "uint256", name: "price", type: "uint256" },
    ],
    name: "InsufficientNativeTokenForBurn",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "available", type: "uint256" },
      { internalType: "uint256", name: "requested", type: "uint256" },
    ],
    name: "InsufficientUnlockedFunds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "nextRate", type: "uint256" },
      { internalType: "uint256", name: "untilEpoch", type: "uint256" },
    ],
    name: "InvalidRateChangeQueueState",
    type: "error",
  },
  { inputs: [], name: "InvalidShortString", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "oldPeriod", type: "uint256" },
      { internalType: "uint256", name: "oldLockupFixed", type: "uint256" },
      { internalType: "uint256", name: "newPeriod", type: "uint256" },
      { internalType: "uint256", name: "newLockupFixed", type: "uint256" },
    ],
    name: "InvalidTerminatedRailModification",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "lockup", type: "uint256" },
      { internalType: "uint256", name: "funds", type: "uint256" },
    ],
    name: "LockupExceedsFundsInvariant",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "oldLockupFixed", type: "uint256" },
      { internalType: "uint256", name: "newLockupFixed", type: "uint256" },
    ],
    name: "LockupFixedIncreaseNotAllowedDueToInsufficientFunds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "lockupFixed", type: "uint256" },
      { internalType: "uint256", name: "lockupCurrent", type: "uint256" },
    ],
    name: "LockupInconsistencyDuringRailFinalization",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "bool", name: "isSettled", type: "bool" },
      { internalType: "uint256", name: "oldRate", type: "uint256" },
      { internalType: "uint256", name: "newRate", type: "uint256" },
    ],
    name: "LockupNotSettledRateChangeNotAllowed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "oldPeriod", type: "uint256" },
      { internalType: "uint256", name: "newPeriod", type: "uint256" },
    ],
    name: "LockupPeriodChangeNotAllowedDueToInsufficientFunds",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "uint256", name: "maxLockupPeriod", type: "uint256" },
      { internalType: "uint256", name: "period", type: "uint256" },
    ],
    name: "LockupPeriodExceedsOperatorMaximum",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "railRate", type: "uint256" },
      { internalType: "uint256", name: "accountRate", type: "uint256" },
    ],
    name: "LockupRateInconsistent",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "uint256", name: "oldRate", type: "uint256" },
      { internalType: "uint256", name: "lockupRate", type: "uint256" },
    ],
    name: "LockupRateLessThanOldRate",
    type: "error",
  },
  { inputs: [], name: "MissingServiceFeeRecipient", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "required", type: "uint256" },
      { internalType: "uint256", name: "sent", type: "uint256" },
    ],
    name: "MustSendExactNativeAmount",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "sent", type: "uint256" }],
    name: "NativeTokenNotAccepted",
    type: "error",
  },
  { inputs: [], name: "NativeTokenNotSupported", type: "error" },
  {
    inputs: [
      { internalType: "address", name: "to", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "NativeTransferFailed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "expectedSettledUpTo", type: "uint256" },
      { internalType: "uint256", name: "actualSettledUpTo", type: "uint256" },
    ],
    name: "NoProgressInSettlement",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "address", name: "payer", type: "address" },
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "NotAuthorizedToTerminateRail",
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
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "lockupFixed", type: "uint256" },
      { internalType: "uint256", name: "payment", type: "uint256" },
    ],
    name: "OneTimePaymentExceedsLockup",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "client", type: "address" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "OnlyRailClientAllowed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "OnlyRailOperatorAllowed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "payer", type: "address" },
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "address", name: "payee", type: "address" },
      { internalType: "address", name: "caller", type: "address" },
    ],
    name: "OnlyRailParticipantAllowed",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "allowance", type: "uint256" },
      { internalType: "uint256", name: "usage", type: "uint256" },
    ],
    name: "OperatorLockupAllowanceExceeded",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "from", type: "address" },
      { internalType: "address", name: "operator", type: "address" },
    ],
    name: "OperatorNotApproved",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "allowance", type: "uint256" },
      { internalType: "uint256", name: "usage", type: "uint256" },
    ],
    name: "OperatorRateAllowanceExceeded",
    type: "error",
  },
  { inputs: [], name: "ProviderAlreadyBound", type: "error" },
  {
    inputs: [{ internalType: "ActorId", name: "provider", type: "uint64" }],
    name: "ProviderAlreadyRegistered",
    type: "error",
  },
  { inputs: [], name: "ProviderAmountZero", type: "error" },
  { inputs: [], name: "ProviderBindingZero", type: "error" },
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
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "RailAlreadyTerminated",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "RailInactiveOrSettled",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "RailNotTerminated",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "RateChangeNotAllowedOnTerminatedRail",
    type: "error",
  },
  {
    inputs: [{ internalType: "uint256", name: "untilEpoch", type: "uint256" }],
    name: "RateChangeQueueNotEmpty",
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
  {
    inputs: [{ internalType: "address", name: "token", type: "address" }],
    name: "SafeERC20FailedOperation",
    type: "error",
  },
  {
    inputs: [
      { internalType: "address", name: "caller", type: "address" },
      { internalType: "address", name: "signer", type: "address" },
    ],
    name: "SignerMustBeMsgSender",
    type: "error",
  },
  { inputs: [{ internalType: "string", name: "str", type: "string" }], name: "StringTooLong", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "maximum", type: "uint256" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "ValidatorModifiedAmountExceedsMaximum",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "segmentStart", type: "uint256" },
      { internalType: "uint256", name: "settledUpTo", type: "uint256" },
    ],
    name: "ValidatorSettledBeforeSegmentStart",
    type: "error",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "segmentEnd", type: "uint256" },
      { internalType: "uint256", name: "settledUpTo", type: "uint256" },
    ],
    name: "ValidatorSettledBeyondSegmentEnd",
    type: "error",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "uint256", name: "available", type: "uint256" },
      { internalType: "uint256", name: "requested", type: "uint256" },
    ],
    name: "WithdrawAmountExceedsAccumulatedFees",
    type: "error",
  },
  {
    inputs: [{ internalType: "string", name: "name", type: "string" }],
    name: "ZeroAddressNotAllowed",
    type: "error",
  },
] as const;
