import { CALIBRATION_CLOCK, type CurioSigner, type FilecoinNetwork, MAINNET_CLOCK } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Address, PublicClient } from "viem";
import type { Capability, Plan, Watcher } from "../runtime/capability.ts";
import type { Clock } from "../runtime/clock.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Outbox } from "../runtime/outbox.ts";
import { requestKinds, transactionKinds } from "./act.ts";
import { assess } from "./assess.ts";
import { createChainState } from "./chain-state.ts";
import type { Contracts } from "./contracts.ts";
import { type FilesOptions, openDatasetFiles, type SourcedPolicy } from "./dataset-files.ts";
import { decide } from "./decide.ts";
import { createLoader } from "./load.ts";
import { dealsSources, ownEvents } from "./own-events.ts";
import { createProviderMarket } from "./provider-market.ts";
import { createSampler } from "./retrieval.ts";
import type { Alert, CopyState, DealIntent, Epoch, State } from "./state.ts";
import type { DealsTables } from "./tables.ts";
import { ulidOf } from "./ulid.ts";

/** What happens, for whoever shows it. */
export type DealsEvent =
  | { type: "decided"; epoch: Epoch; intents: readonly DealIntent[] }
  | { type: "copy"; epoch: Epoch; copyId: bigint; provider: bigint; from: CopyState; to: CopyState }
  | {
      type: "submission";
      epoch: Epoch;
      copyId: bigint;
      provider: bigint;
      status: string;
      reason: string | undefined;
    }
  | { type: "alert"; epoch: Epoch; alert: Alert };

export interface DealsCapabilityOptions {
  contracts: Contracts;
  /** A watcher for each. */
  policies: readonly SourcedPolicy[];
  files: FilesOptions;
  /** Epochs after which a deal is remembered for good. */
  confirmations: bigint;
  /** Milliseconds for one exchange with a provider. */
  providerTimeoutMs: number;
  db: Kysely<DealsTables>;
  outbox: Outbox;
  client: PublicClient;
  chainId: number;
  network: FilecoinNetwork;
  /** The payer. */
  account: Address;
  /** The payer towards providers. */
  signer: CurioSigner;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  randomBytes: (length: number) => Uint8Array;
  onEvent?: (event: DealsEvent) => void;
  /** Told whenever a provider has answered, or will not. */
  onExchange?: (() => void) | undefined;
}

export interface DealsPlan extends Plan {
  state: State;
  intents: readonly DealIntent[];
  alerts: readonly Alert[];
}

export interface DealsCapability extends Capability {
  readonly watchers: readonly (Watcher & { plan(epoch: bigint): Promise<DealsPlan> })[];
  /** Base URL at which the CARs are served; undefined if no policy names one. */
  readonly filesUrl: string | undefined;
}

/** The client's side of sealed deals: a watcher for every dataset, on one file server and one market client. */
export async function createDealsCapability(options: DealsCapabilityOptions): Promise<DealsCapability> {
  const { contracts, policies, confirmations, providerTimeoutMs: timeoutMs, db, outbox, client } = options;
  const { chainId, network, account, signer, clock, logger, metrics, randomBytes } = options;
  const { onEvent = () => {} } = options;
  const files = await openDatasetFiles(policies, options.files);
  const market = createProviderMarket({
    ...{ client: account, signer, network, market: contracts.deals, timeoutMs, clock, urlsOf: files.urlsOf },
  });
  const chain = createChainState(client, contracts);
  const states = new Map<string, State>();

  function createWatcher(policy: SourcedPolicy) {
    const name = `deals:${policy.dataset.slice(0, 10)}`;
    const load = createLoader({
      ...{ policy, account, confirmations, chain, market, db, outbox, logger },
      onExchange: options.onExchange,
    });
    return {
      name,
      async plan(head: bigint): Promise<DealsPlan> {
        const state = await load(head);
        const { epoch } = state;
        tellChanges(states.get(name), state, onEvent);
        states.set(name, state);
        countCopies(metrics, states.values());
        const { intents, alerts } = decide(state, policy, assess(state, policy));
        if (intents.length > 0) onEvent({ type: "decided", epoch, intents });
        for (const alert of alerts) onEvent({ type: "alert", epoch, alert });
        return { epoch, state, alerts, intents: intents.map(named) };
      },
    };
  }

  /**
   * Whoever submits names the deal first, so that asking twice is asking for the same; and by what the chain says of the
   * copy, so that a watcher that lost its database gives it the same name again.
   */
  function named(intent: DealIntent): DealIntent {
    if (intent.kind !== "submit") return intent;
    const { copyId, sealBy } = intent.payload;
    const ulid = ulidOf(timeOf(chainId, sealBy), `${chainId}/${contracts.deals}/${copyId}`);
    return { ...intent, payload: { ...intent.payload, ulid } as typeof intent.payload };
  }

  return {
    name: "deals",
    filesUrl: files.url,
    watchers: policies.map(createWatcher),
    sources: dealsSources(contracts),
    keep: ownEvents(db as unknown as Kysely<RuntimeTables>, account),
    transactions: transactionKinds(contracts),
    requests: requestKinds(market, createSampler({ db, timeoutMs, randomBytes, layerOf: files.layerOf })),
    close: async () => files.close(),
  };
}

const CLOCKS: Record<number, { genesis: number }> = { 314: MAINNET_CLOCK, 314159: CALIBRATION_CLOCK };

/** Milliseconds of an epoch; a devnet's genesis does not matter, for a name. */
function timeOf(chainId: number, epoch: Epoch): number {
  return ((CLOCKS[chainId]?.genesis ?? 0) + Number(epoch) * 30) * 1000;
}

function countCopies(metrics: Metrics, states: Iterable<State>): void {
  metrics.copies.reset();
  for (const { deals } of states) {
    for (const { copies } of deals) for (const { current } of copies) metrics.copies.inc({ state: current });
  }
}

function tellChanges(
  before: State | undefined,
  { deals, epoch }: State,
  tell: (event: DealsEvent) => void,
): void {
  const old = new Map(
    before?.deals.flatMap(({ copies }) => copies.map((copy) => [copy.copyId, copy] as const)),
  );
  for (const { provider, copies } of deals) {
    for (const { copyId, current: to, submission } of copies) {
      const from = old.get(copyId)?.current ?? "None";
      if (from !== to) tell({ type: "copy", epoch, copyId, provider, from, to });
      if (submission === undefined || submission.status === old.get(copyId)?.submission?.status) continue;
      const { status, reason } = submission;
      tell({ type: "submission", epoch, copyId, provider, status, reason });
    }
  }
}
