// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

export const computeRegistryAbi = [
  {
    inputs: [
      { internalType: "contract IProviderRegistry", name: "providers", type: "address" },
      { internalType: "uint64", name: "unbonding", type: "uint64" },
    ],
    stateMutability: "nonpayable",
    type: "constructor",
  },
  {
    inputs: [{ internalType: "uint64", name: "method", type: "uint64" }],
    name: "ActorUnreachable",
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
  { inputs: [], name: "ComputeBindingZero", type: "error" },
  {
    inputs: [{ internalType: "uint256", name: "length", type: "uint256" }],
    name: "ComputeEndpointTooLong",
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
  { inputs: [], name: "ComputeOperatorZero", type: "error" },
  {
    inputs: [
      { internalType: "uint256", name: "free", type: "uint256" },
      { internalType: "uint256", name: "wanted", type: "uint256" },
    ],
    name: "ComputeStakeTooSmall",
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
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "arbiter", type: "address" },
      { indexed: false, internalType: "bool", name: "accepted", type: "bool" },
    ],
    name: "ComputeArbiterAccepted",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "operator", type: "address" },
      { indexed: true, internalType: "ActorId", name: "provider", type: "uint64" },
      { indexed: false, internalType: "bool", name: "controls", type: "bool" },
    ],
    name: "ComputeControlChecked",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "operator", type: "address" },
      { indexed: false, internalType: "string", name: "endpoint", type: "string" },
    ],
    name: "ComputeNodeRegistered",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "operator", type: "address" },
    ],
    name: "ComputeOperatorConfirmed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [{ indexed: true, internalType: "address", name: "escrow", type: "address" }],
    name: "ComputeRegistryBound",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: true, internalType: "address", name: "from", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "ComputeStakeDeposited",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "ComputeStakeLocked",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
      { indexed: false, internalType: "uint256", name: "lost", type: "uint256" },
    ],
    name: "ComputeStakeUnlocked",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: true, internalType: "address", name: "to", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "ComputeStakeWithdrawn",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      { indexed: true, internalType: "address", name: "worker", type: "address" },
      { indexed: true, internalType: "address", name: "token", type: "address" },
      { indexed: false, internalType: "uint256", name: "amount", type: "uint256" },
      { indexed: false, internalType: "Epoch", name: "until", type: "uint64" },
    ],
    name: "ComputeUnbondingStarted",
    type: "event",
  },
  {
    inputs: [],
    name: "PROVIDERS",
    outputs: [{ internalType: "contract IProviderRegistry", name: "", type: "address" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "UNBONDING",
    outputs: [{ internalType: "uint64", name: "", type: "uint64" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "arbiter", type: "address" },
      { internalType: "bool", name: "accepted", type: "bool" },
    ],
    name: "acceptArbiter",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "arbiter", type: "address" },
    ],
    name: "accepts",
    outputs: [{ internalType: "bool", name: "", type: "bool" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "escrow", type: "address" }],
    name: "bind",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "ActorId", name: "provider", type: "uint64" },
    ],
    name: "checkControl",
    outputs: [{ internalType: "bool", name: "held", type: "bool" }],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "token", type: "address" }],
    name: "collect",
    outputs: [{ internalType: "uint256", name: "amount", type: "uint256" }],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "token", type: "address" }],
    name: "collectable",
    outputs: [{ internalType: "uint256", name: "", type: "uint256" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "worker", type: "address" }],
    name: "confirm",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "ActorId", name: "provider", type: "uint64" },
    ],
    name: "controls",
    outputs: [{ internalType: "bool", name: "", type: "bool" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
    ],
    name: "deposit",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
      { internalType: "uint256", name: "deadline", type: "uint256" },
      { internalType: "uint8", name: "v", type: "uint8" },
      { internalType: "bytes32", name: "r", type: "bytes32" },
      { internalType: "bytes32", name: "s", type: "bytes32" },
    ],
    name: "depositWithPermit",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
      { internalType: "address", name: "arbiter", type: "address" },
      { internalType: "address", name: "fallbackArbiter", type: "address" },
    ],
    name: "lock",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "worker", type: "address" }],
    name: "nodeOf",
    outputs: [
      {
        components: [
          { internalType: "address", name: "operator", type: "address" },
          { internalType: "bool", name: "confirmed", type: "bool" },
          { internalType: "string", name: "endpoint", type: "string" },
        ],
        internalType: "struct IComputeRegistry.Node",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "address", name: "worker", type: "address" }],
    name: "operatorOf",
    outputs: [{ internalType: "address", name: "", type: "address" }],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "operator", type: "address" },
      { internalType: "string", name: "endpoint", type: "string" },
    ],
    name: "register",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "token", type: "address" },
    ],
    name: "stakeOf",
    outputs: [
      {
        components: [
          { internalType: "uint128", name: "free", type: "uint128" },
          { internalType: "uint128", name: "locked", type: "uint128" },
          { internalType: "uint128", name: "unbonding", type: "uint128" },
          { internalType: "Epoch", name: "unbondingUntil", type: "uint64" },
        ],
        internalType: "struct IComputeRegistry.Stake",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint128", name: "amount", type: "uint128" },
    ],
    name: "unbond",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "worker", type: "address" },
      { internalType: "address", name: "token", type: "address" },
      { internalType: "uint256", name: "amount", type: "uint256" },
      { internalType: "uint256", name: "lost", type: "uint256" },
    ],
    name: "unlock",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "address", name: "token", type: "address" },
      { internalType: "address", name: "to", type: "address" },
    ],
    name: "withdraw",
    outputs: [{ internalType: "uint256", name: "amount", type: "uint256" }],
    stateMutability: "nonpayable",
    type: "function",
  },
] as const;
