import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FilecoinNetwork } from "@holdfast/sdk";
import { MK20_MIN_DURATION, MK20_PATH } from "@holdfast/sdk";
import { Hono } from "hono";
import { listen } from "../http-listener.ts";
import { adminApi } from "./admin-api.ts";
import { createDealPipeline } from "./deal-pipeline.ts";
import { openDealStore, type StoredDeal, writeWhole } from "./deal-store.ts";
import { type Faults, NO_FAULTS } from "./faults.ts";
import { type ClientPolicy, marketApi } from "./market-api.ts";
import type { OfferBook, OfferTerms } from "./offer.ts";
import { pieceApi } from "./piece-api.ts";
import { openPieceStore } from "./piece-store.ts";
import { proveSectors } from "./prove-sectors.ts";
import type { ProviderChain } from "./provider-chain.ts";

export interface ProviderOptions {
  /** Everything the provider keeps; it goes on from there after a restart. */
  folder: string;
  chain: ProviderChain;
  /** Market contracts it works with, checksummed. */
  contracts: readonly string[];
  network?: FilecoinNetwork;
  /** What it offers, and where it says so; without, it takes deals and publishes nothing. */
  offer?: { book: OfferBook; terms: OfferTerms };
  /** Default: the one it had before, else any free one. */
  port?: number;
  adminPort?: number;
  clients?: Partial<ClientPolicy>;
  /** Epochs that sealing takes. Default 4. */
  sealEpochs?: bigint;
  /** Epochs between two proofs of everything stored. Default 2,880, as on Filecoin. */
  provingPeriod?: bigint;
  /** Epochs a sector lives beyond its deal. Default 2,880. */
  commitmentMargin?: bigint;
  /** Least duration of a deal, in epochs. Default Curio's 518,400. */
  minDuration?: bigint;
  sourceTries?: number;
  sourceRetryMs?: number;
  now?: () => Date;
}

/** A running storage provider. */
export interface Provider {
  readonly minerId: bigint;
  /** Base URL of its market API and retrieval. */
  readonly url: string;
  /** Loopback base URL of the fault injection, see adminApi. */
  readonly adminUrl: string;
  /** Of its offer on the registry. */
  readonly offerId: bigint | undefined;
  deals(): StoredDeal[];
  setFaults(change: Partial<Faults>): Promise<void>;
  dropPiece(pieceCid: string): Promise<void>;
  corruptPiece(pieceCid: string): Promise<void>;
  restorePiece(pieceCid: string): Promise<void>;
  /** What it does when the chain reaches an epoch: commits what is sealed, proves what is due. */
  onEpoch(epoch: bigint): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a storage provider that speaks the MK20 subset and keeps real bytes. */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const {
    folder,
    chain,
    contracts,
    network = "testnet",
    clients,
    sealEpochs = 4n,
    now = () => new Date(),
  } = options;
  const provingPeriod = options.provingPeriod ?? 2_880n;
  const deals = await openDealStore(folder);
  const pieces = await openPieceStore(join(folder, "pieces"));
  const faults: Faults = { ...NO_FAULTS };
  const pipeline = createDealPipeline({
    chain,
    deals,
    pieces,
    faults,
    sealEpochs,
    commitmentMargin: options.commitmentMargin ?? 2_880n,
    sourceTries: options.sourceTries ?? 5,
    sourceRetryMs: options.sourceRetryMs ?? 200,
  });

  const app = new Hono();
  app.use(async (context, next) => {
    if (faults.slowMs > 0) await sleep(faults.slowMs);
    if (faults.throttle > 0) {
      faults.throttle--;
      return context.text("Too Many Requests", 429, { "Retry-After": `${faults.retryAfterSeconds}` });
    }
    await next();
  });
  app.route(
    MK20_PATH,
    marketApi({
      chain,
      deals,
      faults,
      network,
      clients: { allow: [], deny: [], denyUnknown: false, ...clients },
      contracts,
      sealEpochs,
      minDuration: options.minDuration ?? MK20_MIN_DURATION,
      now,
      onAccepted: pipeline.resume,
    }),
  );
  app.route("/piece", pieceApi(pieces, faults));

  const setFaults = async (change: Partial<Faults>) => {
    Object.assign(faults, change);
    await (faults.silent ? server.stop() : server.start());
  };
  const identity = await readIdentity(folder);
  const server = await listen(app.fetch, options.port ?? identity.port);
  const admin = await listen(
    adminApi({ chain, deals, pieces, faults, setFaults, restore: pipeline.restore }).fetch,
    options.adminPort ?? 0,
  );
  const offerId = await options.offer?.book.publish(
    { ...options.offer.terms, endpoint: server.url },
    identity.offerId === undefined ? undefined : BigInt(identity.offerId),
  );
  await writeWhole(join(folder, IDENTITY), {
    port: server.port,
    ...(offerId === undefined ? {} : { offerId: `${offerId}` }),
  });
  for (const stored of deals.all()) pipeline.resume(stored);

  /** Nothing is taken for proven before this run has read it. */
  let provedAt: bigint | undefined;
  return {
    minerId: chain.minerId,
    url: server.url,
    adminUrl: admin.url,
    offerId,
    deals: deals.all,
    setFaults,
    dropPiece: pieces.drop,
    corruptPiece: pieces.corrupt,
    restorePiece: pipeline.restore,
    async onEpoch(epoch) {
      if (faults.silent) return;
      await pipeline.seal(epoch);
      if (provedAt !== undefined && epoch < provedAt + provingPeriod) return;
      provedAt = epoch;
      await proveSectors(chain, deals, pieces);
    },
    async stop() {
      await Promise.all([server.stop(), admin.stop()]);
      await pipeline.stop();
    },
  };
}

const IDENTITY = "provider.json";

/** Where the world knows the provider by, from before it was restarted. */
async function readIdentity(folder: string): Promise<{ port: number; offerId?: string }> {
  const text = await readFile(join(folder, IDENTITY), "utf8").catch(() => undefined);
  return text === undefined ? { port: 0 } : (JSON.parse(text) as { port: number; offerId?: string });
}
