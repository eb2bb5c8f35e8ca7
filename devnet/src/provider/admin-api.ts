import { Hono } from "hono";
import type { DealStore } from "./deal-store.ts";
import { type Faults, readFaults } from "./faults.ts";
import type { PieceStore } from "./piece-store.ts";
import type { ProviderChain } from "./provider-chain.ts";

export interface AdminApiOptions {
  chain: ProviderChain;
  deals: DealStore;
  pieces: PieceStore;
  faults: Faults;
  setFaults(change: Partial<Faults>): Promise<void>;
  /** Fetches a piece again from its deal's sources. */
  restore(pieceCid: string): Promise<void>;
}

/**
 * Faults on demand, on a port of its own that listens on loopback only:
 * `GET /faults`, `POST /faults {…}`, `GET /deals`, `POST /pieces/{cid}/{drop|corrupt|restore}` and
 * `POST /sectors/{number}/terminate`.
 */
export function adminApi(options: AdminApiOptions): Hono {
  const { chain, deals, pieces, faults } = options;
  const api = new Hono();
  api.onError((error, context) => context.json({ error: error.message }, 400));
  api.get("/faults", (context) => context.json(faults));
  api.post("/faults", async (context) => {
    await options.setFaults(readFaults(await context.req.json()));
    return context.json(faults);
  });
  api.get("/deals", (context) =>
    context.json(
      deals.all().map(({ deal, state, error, sector }) => ({
        identifier: deal.identifier,
        pieceCid: deal.data!.piece_cid["/"],
        state,
        error,
        sector: sector ?? null,
      })),
    ),
  );
  api.post("/pieces/:cid/:change{drop|corrupt|restore}", async (context) => {
    const { cid, change } = context.req.param();
    if (!deals.all().some(({ deal }) => deal.data!.piece_cid["/"] === cid)) {
      return context.json({ error: `there is no deal for piece ${cid}` }, 404);
    }
    if (change === "drop") await pieces.drop(cid);
    else if (change === "corrupt") await pieces.corrupt(cid);
    else await options.restore(cid);
    return context.json({ ok: true });
  });
  api.post("/sectors/:number{\\d+}/terminate", async (context) => {
    await chain.terminateSectors([BigInt(context.req.param("number"))]);
    return context.json({ ok: true });
  });
  return api;
}
