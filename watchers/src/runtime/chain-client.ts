import { type Address, type Chain, createPublicClient, type PublicClient, type Transport } from "viem";

export interface ChainClientOptions {
  chain: Chain;
  transport: Transport;
  /**
   * A Multicall3: reads that are made in the same turn of the event loop become few `eth_call`s. Default: where the chain
   * is known to have one. Without, they go by themselves, in the transport's batches. A call without a receiver, which
   * would need no such contract, returns nothing on Filecoin. It must have stood there for the confirmation depth.
   */
  multicall?: Address | undefined;
  /**
   * Reads of one `eth_call`. A node gives a call no more gas than a block has, 10 billion; Filecoin's gas is about 444
   * times Ethereum's. The dearest of the deals' reads takes 34,000 of Ethereum's: 500 of it are 7.5 billion.
   */
  readsPerCall?: number;
}

/** Bytes of a read of one argument. */
const READ_BYTES = 36;

/** The reading client of the daemon. */
export function createChainClient(options: ChainClientOptions): PublicClient {
  const { chain, transport, multicall, readsPerCall = 500 } = options;
  const contracts = multicall === undefined ? chain.contracts : { multicall3: { address: multicall } };
  return createPublicClient({
    chain: { ...chain, ...(contracts === undefined ? {} : { contracts }) },
    transport,
    cacheTime: 0,
    batch: { multicall: { batchSize: readsPerCall * READ_BYTES } },
  }) as PublicClient;
}
