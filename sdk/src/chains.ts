import { type Chain, defineChain } from "viem";
import { filecoinCalibration as viemCalibration, filecoin as viemFilecoin } from "viem/chains";
import { BaseError } from "./errors/base-error.ts";

/** What to wait between two looks at a chain: a third of an epoch. */
const LIVE_POLLING_MS = 10_000;

/** Filecoin mainnet. */
export const filecoin = defineChain({
  ...viemFilecoin,
  blockTime: 30_000,
  blockExplorers: {
    default: { name: "Filfox", url: "https://filfox.info/en" },
    blockscout: { name: "Blockscout", url: "https://filecoin.blockscout.com" },
  },
});

/** The Calibration test network. viem knows no multicall contract there, so calls are never batched into one. */
export const calibration = defineChain({
  ...viemCalibration,
  blockTime: 30_000,
  blockExplorers: {
    default: { name: "Filfox", url: "https://calibration.filfox.info/en" },
    filscan: { name: "Filscan", url: "https://calibration.filscan.io" },
    blockscout: { name: "Blockscout", url: "https://filecoin-testnet.blockscout.com" },
  },
});

/** The embedded devnet (and any Lotus devnet: they share the id). */
export const devnet = defineChain({
  id: 31_415_926,
  name: "Holdfast devnet",
  nativeCurrency: { name: "devnet filecoin", symbol: "tFIL", decimals: 18 },
  rpcUrls: { default: { http: ["http://127.0.0.1:8545"] } },
  testnet: true,
});

/** Every chain that Holdfast knows, by the name its deployments have. */
export const chains = { filecoin, calibration, devnet } as const;
export type ChainName = keyof typeof chains;

/** A chain id that is none of Filecoin's. */
export class ChainUnknownError extends BaseError {
  constructor(chainId: number) {
    const known = Object.values(chains).map((chain) => `${chain.id} (${chain.name})`);
    super(`Chain ${chainId} is none that Holdfast knows.`, { next: `Use one of ${known.join(", ")}.` });
  }
}

/** @throws ChainUnknownError */
export function chainById(chainId: number): Chain {
  const chain = Object.values(chains).find((known) => known.id === chainId);
  if (chain === undefined) throw new ChainUnknownError(chainId);
  return chain;
}

/** How often to poll a chain, in milliseconds. */
export function pollingIntervalOf(chain: Chain): number {
  return chain.id === devnet.id ? 250 : LIVE_POLLING_MS;
}
