import { defineChain } from "viem";
import { privateKeyToAccount } from "viem/accounts";

export const chain = defineChain({
  id: 31415926,
  name: "local",
  nativeCurrency: { name: "FIL", symbol: "FIL", decimals: 18 },
  rpcUrls: { default: { http: [] } },
});

/** First accounts of Hardhat's test mnemonic. */
export const account = privateKeyToAccount(
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
);
export const stranger = privateKeyToAccount(
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
);
