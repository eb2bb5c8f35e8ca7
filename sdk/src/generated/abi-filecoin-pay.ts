// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

export const filecoinPayAbi = [
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "from", type: "address" },
      { internalType: "address", name: "to", type: "address" },
      { internalType: "address", name: "validator", type: "address" },
      { internalType: "uint256", name: "commissionRateBps", type: "uint256" },
      { internalType: "address", name: "serviceFeeRecipient", type: "address" },
    ],
    name: "createRail",
    outputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "contract IERC20", name: "token", type: "address" },
      { internalType: "address", name: "owner", type: "address" },
    ],
    name: "getAccountInfoIfSettled",
    outputs: [
      { internalType: "uint256", name: "fundedUntilEpoch", type: "uint256" },
      { internalType: "uint256", name: "currentFunds", type: "uint256" },
      { internalType: "uint256", name: "availableFunds", type: "uint256" },
      { internalType: "uint256", name: "currentLockupRate", type: "uint256" },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "getRail",
    outputs: [
      {
        components: [
          { internalType: "contract IERC20", name: "token", type: "address" },
          { internalType: "address", name: "from", type: "address" },
          { internalType: "address", name: "to", type: "address" },
          { internalType: "address", name: "operator", type: "address" },
          { internalType: "address", name: "validator", type: "address" },
          { internalType: "uint256", name: "paymentRate", type: "uint256" },
          { internalType: "uint256", name: "lockupPeriod", type: "uint256" },
          { internalType: "uint256", name: "lockupFixed", type: "uint256" },
          { internalType: "uint256", name: "settledUpTo", type: "uint256" },
          { internalType: "uint256", name: "endEpoch", type: "uint256" },
          { internalType: "uint256", name: "commissionRateBps", type: "uint256" },
          { internalType: "address", name: "serviceFeeRecipient", type: "address" },
        ],
        internalType: "struct IFilecoinPay.RailView",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "period", type: "uint256" },
      { internalType: "uint256", name: "lockupFixed", type: "uint256" },
    ],
    name: "modifyRailLockup",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "newRate", type: "uint256" },
      { internalType: "uint256", name: "oneTimePayment", type: "uint256" },
    ],
    name: "modifyRailPayment",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      { internalType: "uint256", name: "railId", type: "uint256" },
      { internalType: "uint256", name: "untilEpoch", type: "uint256" },
    ],
    name: "settleRail",
    outputs: [
      { internalType: "uint256", name: "totalSettledAmount", type: "uint256" },
      { internalType: "uint256", name: "totalNetPayeeAmount", type: "uint256" },
      { internalType: "uint256", name: "totalOperatorCommission", type: "uint256" },
      { internalType: "uint256", name: "totalNetworkFee", type: "uint256" },
      { internalType: "uint256", name: "finalSettledEpoch", type: "uint256" },
      { internalType: "string", name: "note", type: "string" },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [{ internalType: "uint256", name: "railId", type: "uint256" }],
    name: "terminateRail",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
] as const;
