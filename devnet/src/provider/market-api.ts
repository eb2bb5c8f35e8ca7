import {
  actorIdOf,
  CurioAuthError,
  type FilecoinNetwork,
  filecoinAddressFromBytes,
  formatFilecoinAddress,
  Mk20Code,
  type Mk20Deal,
  type Mk20DealStatus,
  toEvmAddress,
  verifyCurioAuth,
} from "@holdfast/sdk";
import { type Context, Hono } from "hono";
import type { Address } from "viem";
import type { DealStore, StoredDeal } from "./deal-store.ts";
import type { Faults } from "./faults.ts";
import type { ProviderChain } from "./provider-chain.ts";
import { type Refusal, readDeal, readPiece, refusal, validateDeal } from "./validate-deal.ts";
import { verifyMarketDeal } from "./verify-market-deal.ts";

/** Clients by the text of their Filecoin address. */
export interface ClientPolicy {
  allow: readonly string[];
  deny: readonly string[];
  /** Whether a client on neither list is refused. */
  denyUnknown: boolean;
}

export interface MarketApiOptions {
  chain: ProviderChain;
  deals: DealStore;
  faults: Faults;
  network: FilecoinNetwork;
  clients: ClientPolicy;
  /** Market contracts this provider works with, as it writes them. */
  contracts: readonly string[];
  sealEpochs: bigint;
  minDuration: bigint;
  now: () => Date;
  onAccepted(deal: StoredDeal): void;
}

const MAX_BODY_BYTES = 1 << 20;

type Authenticated = { Variables: { client: string } };

/** The MK20 subset, to be mounted at `/market/mk20`. */
export function marketApi(options: MarketApiOptions): Hono<Authenticated> {
  const { chain, deals, faults, network, clients, contracts, minDuration, now } = options;
  const api = new Hono<Authenticated>();

  api.use(async (context, next) => {
    const header = context.req.header("authorization");
    if (!header) return context.text("Missing Authorization header", 401);
    const { pathname } = new URL(context.req.url);
    try {
      const address = await verifyCurioAuth(header, context.req.method, pathname, now());
      const client = formatFilecoinAddress(filecoinAddressFromBytes(address), network);
      if (!allows(clients, client)) return context.text("Unauthorized", 401);
      context.set("client", client);
    } catch (error) {
      if (error instanceof CurioAuthError) return context.text("Unauthorized", 401);
      throw error;
    }
    await next();
  });

  /** A deal is visible to its client only; to others it is as if it were not theirs to ask for. */
  const owned = (context: Context<Authenticated>): StoredDeal | undefined => {
    const stored = deals.get(context.req.param("id")!.toUpperCase());
    return stored?.deal.client === context.get("client") ? stored : undefined;
  };

  api.post("/deal", async (context) => {
    const deal = await readBody(context);
    if ("reason" in deal) return context.text(deal.reason, 400);
    if (faults.refuseDeals) return answer(refusal(Mk20Code.BadProposal, "provider is not taking deals"));
    const refused = validateDeal(deal, context.get("client"), minDuration) ?? (await sanitize(deal));
    if (refused) return answer(refused);
    if (deals.get(deal.identifier)) return answer(refusal(Mk20Code.InternalError, ""));
    const stored: StoredDeal = { deal, state: "accepted", error: "" };
    await deals.put(stored);
    options.onAccepted(stored);
    return answer(undefined);
  });

  api.get("/status/:id", (context) => {
    const stored = owned(context);
    if (!stored) return context.text("Unauthorized", 401);
    const status: Mk20DealStatus = { ddo_v1: { status: stored.state, errorMsg: stored.error } };
    return context.json(status);
  });

  api.post("/update/:id", async (context) => {
    const stored = owned(context);
    if (!stored) return context.text("Unauthorized", 401);
    const update = await readBody(context);
    if ("reason" in update) return context.text(update.reason, 400);
    // What the deal has is never replaced; a ddo_v1 deal has everything from its start, so nothing is left to fill.
    const refused = validateDeal(stored.deal, context.get("client"), minDuration);
    return answer(refused);
  });

  api.get("/products", (context) => context.json({ products: ["ddo_v1", "retrieval_v1"] }));
  api.get("/sources", (context) => context.json({ sources: ["http"] }));
  api.get("/contracts", (context) => context.json({ contracts: contracts.length > 0 ? contracts : null }));
  return api;

  /** Curio's checks against its own miner and the chain, in its order. */
  async function sanitize(deal: Mk20Deal): Promise<Refusal | undefined> {
    const bad = (reason: string) => refusal(Mk20Code.BadProposal, reason);
    const ddo = deal.products.ddo_v1!;
    if (actorIdOf(ddo.provider) !== chain.minerId) return bad("Provider not available in Curio cluster");
    if (!deal.data) return bad("Data Source must be defined for a DDO deal");
    if (BigInt(readPiece(deal.data)!.paddedSize) > chain.sectorSize) {
      return bad("Deal size is larger than the miner's sector size");
    }
    if (deal.data.format.raw && deal.products.retrieval_v1!.indexing)
      return bad("Raw bytes deal cannot be indexed");
    if (ddo.market_address && !(await chain.actorExists(ddo.market_address as Address))) {
      return bad("Market address is not valid");
    }
    if (ddo.notification_address && !(await notifieeExists(ddo.notification_address))) {
      return bad("Notification address is not valid");
    }
    if (ddo.start_epoch !== null && ddo.start_epoch !== undefined) {
      const head = await chain.epoch();
      if (BigInt(ddo.start_epoch) < head) return bad("Start epoch is less than the current chain height");
      if (BigInt(ddo.start_epoch) < head + options.sealEpochs) {
        return bad("Start epoch is less than the current chain height plus the expected PoRep seal duration");
      }
    }
    if (ddo.allocation_id !== undefined) return bad("Verified piece must have a valid allocation ID");
    return verifyMarketDeal(deal, chain, contracts);
  }

  async function notifieeExists(text: string): Promise<boolean> {
    try {
      return await chain.actorExists(toEvmAddress(text));
    } catch {
      // An address of a kind that this chain knows nobody by.
      return false;
    }
  }
}

async function readBody(context: Context): Promise<Mk20Deal | { reason: string }> {
  if (context.req.header("content-type") !== "application/json") return { reason: "invalid content type" };
  const text = await context.req.text();
  if (text.length > MAX_BODY_BYTES) return { reason: "request body too large" };
  try {
    const deal = readDeal(text);
    return { ...deal, identifier: deal.identifier.toUpperCase() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : "malformed" };
  }
}

/** Curio answers a deal with its code as HTTP status and `Reason: …` as text. */
function answer(refused: Refusal | undefined): Response {
  return new Response(`Reason: ${refused?.reason ?? ""}`, { status: refused?.code ?? Mk20Code.Ok });
}

function allows(clients: ClientPolicy, client: string): boolean {
  if (clients.deny.includes(client)) return false;
  return clients.allow.includes(client) || !clients.denyUnknown;
}
