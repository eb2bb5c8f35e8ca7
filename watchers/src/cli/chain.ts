import { chainById, type FilecoinNetwork, filecoin } from "@holdfast/sdk";
import { createPublicClient, fallback, http, type PublicClient } from "viem";
import type { DaemonConfig } from "../config.ts";

/** The one reader of the daemon. */
export interface Chain {
  client: PublicClient;
  network: FilecoinNetwork;
  /** The newest executed epoch. */
  head(): Promise<bigint>;
}

/** @throws ChainMismatchError */
export async function openChain({ chain: { id }, endpoints }: DaemonConfig): Promise<Chain> {
  const transport = fallback(endpoints.map((url) => http(url, { timeout: 10_000, retryCount: 1 })));
  const client = createPublicClient({ chain: chainById(id), transport, cacheTime: 0 }) as PublicClient;
  const network = id === filecoin.id ? "mainnet" : "testnet";
  return {
    ...{ client, network },
    head: () => client.getBlockNumber({ cacheTime: 0 }),
  };
}
