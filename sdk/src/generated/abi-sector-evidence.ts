// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

export const sectorEvidenceAbi = [
  {
    inputs: [
      { internalType: "uint64", name: "freshness", type: "uint64" },
      { internalType: "uint64", name: "grace", type: "uint64" },
      { internalType: "uint64", name: "chainGap", type: "uint64" },
    ],
    stateMutability: "nonpayable",
    type: "constructor",
  },
  {
    inputs: [{ internalType: "uint64", name: "method", type: "uint64" }],
    name: "ActorUnreachable",
    type: "error",
  },
  { inputs: [], name: "CheckpointUnorderedInsertion", type: "error" },
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
    anonymous: false,
    inputs: [
      { indexed: false, internalType: "address", name: "market", type: "address" },
      { indexed: false, internalType: "address", name: "registry", type: "address" },
    ],
    name: "EvidenceBound",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "commitment", type: "uint64" },
    ],
    name: "EvidenceCommitmentExtended",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "epoch", type: "uint64" },
      { indexed: true, internalType: "address", name: "reporter", type: "address" },
    ],
    name: "EvidenceDeathRecorded",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "epoch", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "chainStart", type: "uint64" },
      { indexed: true, internalType: "address", name: "reporter", type: "address" },
    ],
    name: "EvidenceFaultReported",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "segmentStart", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "provenUntil", type: "uint64" },
    ],
    name: "EvidenceRefreshed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "enum ISectorEvidence.SkipReason", name: "reason", type: "uint8" },
    ],
    name: "EvidenceSkipped",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "ActorId", name: "miner", type: "uint64" },
      { indexed: true, internalType: "uint64", name: "sector", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "epoch", type: "uint64" },
      { indexed: false, internalType: "Epoch", name: "commitment", type: "uint64" },
    ],
    name: "EvidenceTracked",
    type: "event",
  },
  {
    inputs: [],
    name: "CHAIN_GAP",
    outputs: [{ internalType: "uint64", name: "", type: "uint64" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "FRESHNESS",
    outputs: [{ internalType: "uint64", name: "", type: "uint64" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "GRACE",
    outputs: [{ internalType: "uint64", name: "", type: "uint64" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "market", type: "address" },
      { internalType: "address", name: "registry", type: "address" },
    ],
    name: "bind",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64", name: "sector", type: "uint64" },
      { internalType: "bytes", name: "location", type: "bytes" },
    ],
    name: "extendCommitment",
    outputs: [{ internalType: "Epoch", name: "commitment", type: "uint64" }],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64[]", name: "sectors", type: "uint64[]" },
      { internalType: "Epoch[]", name: "commitments", type: "uint64[]" },
      { internalType: "bool[]", name: "matched", type: "bool[]" },
    ],
    name: "notifySectors",
    outputs: [{ internalType: "bool[]", name: "fresh", type: "bool[]" }],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "subject", type: "uint256" },
      { internalType: "Epoch", name: "from", type: "uint64" },
      { internalType: "Epoch", name: "to", type: "uint64" },
    ],
    name: "provenBetween",
    outputs: [{ internalType: "uint64", name: "", type: "uint64" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256[]", name: "subjects", type: "uint256[]" },
      { internalType: "Epoch[]", name: "from", type: "uint64[]" },
      { internalType: "Epoch[]", name: "to", type: "uint64[]" },
    ],
    name: "provenBetween",
    outputs: [{ internalType: "uint64[]", name: "proven", type: "uint64[]" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "subject", type: "uint256" }],
    name: "recordOf",
    outputs: [
      {
        components: [
          { internalType: "enum Observation", name: "last", type: "uint8" },
          { internalType: "Epoch", name: "provenUntil", type: "uint64" },
          { internalType: "Epoch", name: "failedAt", type: "uint64" },
          { internalType: "bool", name: "failed", type: "bool" },
          { internalType: "address", name: "reporter", type: "address" },
        ],
        internalType: "struct IStorageEvidence.Record",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256[]", name: "subjects", type: "uint256[]" }],
    name: "recordsOf",
    outputs: [
      {
        components: [
          { internalType: "enum Observation", name: "last", type: "uint8" },
          { internalType: "Epoch", name: "provenUntil", type: "uint64" },
          { internalType: "Epoch", name: "failedAt", type: "uint64" },
          { internalType: "bool", name: "failed", type: "bool" },
          { internalType: "address", name: "reporter", type: "address" },
        ],
        internalType: "struct IStorageEvidence.Record[]",
        name: "records",
        type: "tuple[]",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64[]", name: "sectors", type: "uint64[]" },
      { internalType: "bytes[]", name: "locations", type: "bytes[]" },
    ],
    name: "refresh",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64", name: "sector", type: "uint64" },
      { internalType: "bytes", name: "location", type: "bytes" },
    ],
    name: "report",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "reporter", type: "address" },
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64", name: "sector", type: "uint64" },
      { internalType: "bytes", name: "location", type: "bytes" },
    ],
    name: "reportFor",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64", name: "sector", type: "uint64" },
    ],
    name: "subjectOf",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "pure",
    type: "function",
  },
  {
    inputs: [
      { internalType: "ActorId", name: "miner", type: "uint64" },
      { internalType: "uint64", name: "sector", type: "uint64" },
    ],
    name: "traceOf",
    outputs: [
      { internalType: "bool", name: "tracked", type: "bool" },
      { internalType: "Epoch", name: "since", type: "uint64" },
      { internalType: "Epoch", name: "commitment", type: "uint64" },
      { internalType: "Epoch", name: "chainStart", type: "uint64" },
      { internalType: "Epoch", name: "lastReport", type: "uint64" },
      { internalType: "uint256", name: "segments", type: "uint256" },
    ],
    stateMutability: "view",
    type: "function",
  },
] as const;
