import { chainById, devnet, type FilecoinNetwork, filecoin } from "@holdfast/sdk";
import { createPublicClient, fallback, http, type PublicClient } from "viem";
import type { DaemonConfig } from "../config.ts";
import { type ActorRead, devnetReader, stateCallReader } from "../deals/sector-locator.ts";
import type { Reached } from "../runtime/transaction-sender.ts";

/** The one reader of the daemon. */
export interface Chain {
  client: PublicClient;
  network: FilecoinNetwork;
  /** Reads miner actors off chain. */
  sectors: ActorRead;
  /** Looks how far the chain is. */
  reach(): Promise<Reached>;
}

/** @throws ChainMismatchError */
export async function openChain({ chain: { id }, endpoints, finality }: DaemonConfig): Promise<Chain> {
  const transport = fallback(endpoints.map((url) => http(url, { timeout: 10_000, retryCount: 1 })));
  const client = createPublicClient({ chain: chainById(id), transport, cacheTime: 0 }) as PublicClient;
  const network = id === filecoin.id ? "mainnet" : "testnet";
  return {
    ...{ client, network },
    sectors: id === devnet.id ? devnetReader(client) : stateCallReader(client, network),
    async reach() {
      const latest = await client.getBlockNumber({ cacheTime: 0 });
      return { latest, finalized: latest - finality.depth };
    },
  };
}
