import { chainById, type FilecoinNetwork, filecoin } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { PublicClient } from "viem";
import type { DaemonConfig } from "../config.ts";
import { createChainClient } from "../runtime/chain-client.ts";
import { createChainIdentity } from "../runtime/chain-identity.ts";
import type { Clock } from "../runtime/clock.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createEndpoints, type Endpoints } from "../runtime/endpoints.ts";
import { createHeads } from "../runtime/heads.ts";
import type { Metrics } from "../runtime/metrics.ts";

export interface ChainOptions {
  config: DaemonConfig;
  db: Kysely<RuntimeTables>;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Nothing of what the chain shows is remembered. */
  isReadOnly?: boolean;
  /** Told whenever a node has answered, or will not. */
  onExchange?(): void;
  /** Told whenever an endpoint has shown that it is on the right chain. */
  onVerified?(): Promise<void>;
}

/** The one reader of the daemon. */
export interface Chain {
  client: PublicClient;
  network: FilecoinNetwork;
  endpoints: Endpoints;
  heads: ReturnType<typeof createHeads>;
}

/** Every endpoint shows that it is on the database's chain before it is used, now and whenever requests move to it. */
export function openChain(options: ChainOptions): Chain {
  const {
    config,
    db,
    clock,
    logger,
    metrics,
    isReadOnly = false,
    onExchange = () => {},
    onVerified,
  } = options;
  const { chain, endpoints: urls, finality } = config;
  const identity = createChainIdentity({
    ...{ db, chainId: chain.id, isReadOnly },
    contracts: { ...chain.contracts, ...(chain.multicall3 && { multicall3: chain.multicall3 }) },
  });
  const endpoints = createEndpoints({
    ...{ urls, chain: chainById(chain.id), clock, logger, metrics, onExchange },
    async verify(endpoint, name) {
      await identity.check(endpoint, name);
      await onVerified?.();
    },
  });
  const client = createChainClient({
    ...{ chain: chainById(chain.id), transport: endpoints.transport, multicall: chain.multicall3 },
  });
  const network = chain.id === filecoin.id ? "mainnet" : "testnet";
  return {
    ...{ client, network, endpoints },
    heads: createHeads({ client, depth: finality.depth, clock, metrics, onStall: endpoints.turn }),
  };
}
