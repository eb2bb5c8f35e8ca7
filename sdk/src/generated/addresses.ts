// Written by `npm run codegen` from what Hardhat compiled and deployed. Do not edit.

import type { Address } from "viem";

/** What is deployed where: chain id, contract, address. */
export const addresses: { [chainId: number]: { [contract: string]: Address } } = {};
