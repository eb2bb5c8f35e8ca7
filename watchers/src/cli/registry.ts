import { randomBytes } from "node:crypto";
import type { CurioSigner, FilecoinNetwork } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Address, PublicClient } from "viem";
import type { DaemonConfig } from "../config.ts";
import { createDealsCapability } from "../deals/capability.ts";
import type { DealsTables } from "../deals/tables.ts";
import type { Capability } from "../runtime/capability.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Outbox } from "../runtime/outbox.ts";

type Entry = DaemonConfig["watchers"][number];

/** What every capability is given: the one database, reader and account of the daemon. */
export interface Surroundings {
  config: DaemonConfig;
  db: Kysely<DealsTables>;
  outbox: Outbox;
  client: PublicClient;
  network: FilecoinNetwork;
  account: Address;
  curio: CurioSigner;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Told whenever a provider has answered, or will not. */
  onExchange(): void;
}

type Open<Type extends Entry["type"]> = (
  entries: readonly Extract<Entry, { type: Type }>[],
  surroundings: Surroundings,
) => Promise<Capability>;

/** Every kind of watcher that the configuration may name. */
const registry: { [Type in Entry["type"]]: Open<Type> } = {
  deals: (policies, { config, curio, logger, ...shared }) => {
    const { files, finality, providerTimeoutMs, chain } = config;
    return createDealsCapability({
      ...shared,
      ...{ policies, files, providerTimeoutMs, confirmations: finality.depth },
      ...{ contracts: chain.contracts, chainId: chain.id, signer: curio, logger, randomBytes },
      onEvent: (event) => {
        if (event.type === "alert" || event.type === "decided") return;
        logger.info(event, event.type === "copy" ? "copy changed" : "provider answered");
      },
    });
  },
};

/** A capability for every kind of watcher that is configured. */
export async function openCapabilities(surroundings: Surroundings): Promise<Capability[]> {
  const { watchers } = surroundings.config;
  const types = new Set(watchers.map(({ type }) => type));
  return Promise.all(
    [...types].map((type) =>
      registry[type](
        watchers.filter((entry) => entry.type === type),
        surroundings,
      ),
    ),
  );
}
