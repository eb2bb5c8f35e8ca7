import { randomBytes as cryptoRandomBytes } from "node:crypto";
import { type CurioSigner, decodePieceCid, type FilecoinNetwork } from "@holdfast/sdk";
import { loadLayer } from "@holdfast/sdk/node";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { LocalAccount, PublicClient } from "viem";
import type { DealsConfig } from "../config.ts";
import type { Clock } from "../runtime/clock.ts";
import { bindDatabase, type RuntimeTables } from "../runtime/database.ts";
import { type Fault, noFault } from "../runtime/fault-point.ts";
import { startFileServer } from "../runtime/file-server.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { createRequestRunner } from "../runtime/request-runner.ts";
import { createTransactionSender, type Finished } from "../runtime/transaction-sender.ts";
import { requestKinds, transactionKinds } from "./act.ts";
import { assess } from "./assess.ts";
import { createChainState } from "./chain-state.ts";
import { decide } from "./decide.ts";
import { createLoader } from "./load.ts";
import { createProviderMarket } from "./provider-market.ts";
import { createSampler } from "./retrieval.ts";
import type { SectorLocator } from "./sector-locator.ts";
import type { Alert, CopyState, DealIntent, Epoch, State } from "./state.ts";
import type { DealsTables } from "./tables.ts";
import { ulidOf } from "./ulid.ts";

/** What happens, for whoever shows it. */
export type DealsEvent =
  | { type: "decided"; epoch: Epoch; intents: readonly DealIntent[] }
  | { type: "finished"; epoch: Epoch; finished: Finished }
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

export interface DealsWatcherOptions {
  config: DealsConfig;
  /** Opened with the migrations of ../migrations; its own for every chain, account and contract. */
  db: Kysely<DealsTables>;
  client: PublicClient;
  chainId: number;
  network: FilecoinNetwork;
  /** The payer, whose nonces are the watcher's alone. */
  account: LocalAccount;
  /** The payer towards providers. */
  signer: CurioSigner;
  locator: SectorLocator;
  clock: Clock;
  logger: Logger;
  onEvent?: (event: DealsEvent) => void;
  fault?: Fault;
  metrics?: Metrics;
  randomBytes?: (length: number) => Uint8Array;
}

/** What one round found and did. */
export interface Step {
  state: State;
  intents: readonly DealIntent[];
  finished: readonly Finished[];
  alerts: readonly Alert[];
}

export interface DealsWatcher {
  /** Base URL at which the CARs are served; undefined if the configuration names none. */
  readonly filesUrl: string | undefined;
  /** Loads, decides, stores the intents, and brings everything unfinished one round further. */
  step(): Promise<Step>;
  /** Steps until the signal aborts; an error is logged and the next step tries again. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends the file server. The database is its opener's. */
  stop(): Promise<void>;
}

/** The client's side of sealed deals for one dataset. */
export async function createDealsWatcher(options: DealsWatcherOptions): Promise<DealsWatcher> {
  const { config, db, client, chainId, network, account, signer, locator, clock, logger } = options;
  const { onEvent = () => {}, fault = noFault, randomBytes = cryptoRandomBytes } = options;
  const { metrics = createMetrics() } = options;
  const { contracts, policy, sender: limits, providerTimeoutMs: timeoutMs } = config;
  const runtimeDb = db as unknown as Kysely<RuntimeTables>;
  await bindDatabase(runtimeDb, "of the watcher", `${chainId}/${contracts.deals}/${account.address}`);

  const random = () => (randomBytes(1)[0] as number) / 255;
  const outbox = createOutbox({ db: runtimeDb, clock, fault, random });
  const files = await serveCars(config);
  const layerOf = layersOf(config);
  const urlsOf = (cid: string) => {
    const piece = policy.pieces.find((known) => known.cid === cid);
    const own = piece?.car === undefined ? [] : [`${config.files.publicUrl ?? files?.url}${carPath(cid)}`];
    return [...own, ...(piece?.urls ?? [])];
  };
  const market = createProviderMarket({
    ...{ client: account.address, signer, network, market: contracts.deals, timeoutMs, clock, urlsOf },
  });
  const load = createLoader({
    ...{ policy, account: account.address, confirmations: limits.confirmations, client },
    ...{ chain: createChainState(client, contracts), locator, market, db, outbox, logger },
  });
  const sender = createTransactionSender({
    ...{
      outbox,
      client,
      account,
      chainId,
      kinds: transactionKinds(contracts),
      limits,
      fault,
      logger,
      metrics,
    },
  });
  const sample = createSampler({ db, timeoutMs, randomBytes, layerOf });
  const runner = createRequestRunner({ outbox, kinds: requestKinds(market, sample), fault, logger });
  let last: State | undefined;

  async function step(): Promise<Step> {
    const state = await load();
    const { epoch } = state;
    tellChanges(last, state, onEvent);
    last = state;
    const { intents, alerts } = decide(state, policy, assess(state, policy));
    if (intents.length > 0) onEvent({ type: "decided", epoch, intents });
    for (const alert of alerts) {
      logger.warn(alert, "needs a person");
      onEvent({ type: "alert", epoch, alert });
    }
    await outbox.enqueue(
      intents.map((intent) => named(intent, clock.now())),
      epoch,
    );
    // Requests wait for providers; transactions do not wait for requests.
    const heads = { latest: epoch, finalized: epoch - limits.confirmations };
    const [sent, asked] = await Promise.allSettled([sender.advance(heads), runner.advance(epoch)]);
    if (sent.status === "rejected") throw sent.reason;
    if (asked.status === "rejected") throw asked.reason;
    const finished = [...sent.value, ...asked.value];
    for (const one of finished) onEvent({ type: "finished", epoch, finished: one });
    return { state, intents, finished, alerts };
  }

  /** Whoever submits names the deal first, so that asking twice is asking for the same. */
  function named(intent: DealIntent, now: number) {
    if (intent.kind !== "submit") return intent;
    const ulid = ulidOf(now, `${chainId}/${contracts.deals}/${intent.payload.copyId}`);
    return { ...intent, payload: { ...intent.payload, ulid } };
  }

  return {
    filesUrl: files?.url,
    step,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await step();
        } catch (error) {
          logger.error({ error: error instanceof Error ? error.message : String(error) }, "step failed");
        }
        await clock.sleep(config.pollMs, signal);
      }
    },
    stop: async () => files?.close(),
  };
}

function carPath(cid: string): string {
  return `/${cid}.car`;
}

async function serveCars({ policy, files }: DealsConfig) {
  const cars = new Map(
    policy.pieces.flatMap(({ cid, car }) => (car === undefined ? [] : [[carPath(cid), car]])),
  );
  const { host, port, open } = files;
  return cars.size === 0 ? undefined : startFileServer({ host, port, open, files: cars });
}

/** Layer files are read and checked once, when first needed. */
function layersOf({ policy }: DealsConfig): (pieceCid: string) => Promise<Uint8Array | undefined> {
  const known = new Map<string, Promise<Uint8Array>>();
  return async (pieceCid) => {
    const path = policy.pieces.find(({ cid }) => cid === pieceCid)?.layer;
    if (path === undefined) return undefined;
    const layer = known.get(pieceCid) ?? loadLayer(path, decodePieceCid(pieceCid));
    known.set(pieceCid, layer);
    return layer;
  };
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
