// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

import type { Address } from "viem";

/** What is deployed where: chain id, contract, address. */
export const addresses: { [chainId: number]: { [contract: string]: Address } } = {
  314: {
    FilecoinPay: "0x23b1e018F08BB982348b15a86ee926eEBf7F4DAa",
    USDFC: "0x80B98d3aa09ffff255c3ba4A241111Ff1262F045",
  },
  314159: {
    FilecoinPay: "0x09a0fDc2723fAd1A7b8e3e00eE5DF73841df55a0",
    USDFC: "0xb3042734b608a1B16e9e86B374A3f3e389B4cDf0",
  },
};
