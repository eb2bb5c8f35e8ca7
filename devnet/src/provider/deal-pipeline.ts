import { rm } from "node:fs/promises";
import {
  decodePieceCid,
  filecoinAddressToBytes,
  fromBase64,
  type Mk20Ddo,
  parseFilecoinAddress,
} from "@holdfast/sdk";
import { bytesToHex } from "viem";
import type { DealStore, StoredDeal } from "./deal-store.ts";
import type { Faults } from "./faults.ts";
import { fetchSource } from "./fetch-source.ts";
import type { PieceStore } from "./piece-store.ts";
import type { ProviderChain } from "./provider-chain.ts";

export interface DealPipelineOptions {
  chain: ProviderChain;
  deals: DealStore;
  pieces: PieceStore;
  faults: Faults;
  /** Epochs that sealing takes. */
  sealEpochs: bigint;
  /** Epochs a sector lives beyond start_epoch + duration. */
  commitmentMargin: bigint;
  /** Tries a source, and milliseconds between them. */
  sourceTries: number;
  sourceRetryMs: number;
}

/** Moves deals from accepted to complete or failed. */
export interface DealPipeline {
  /** Takes up a stored deal where its state left it. */
  resume(deal: StoredDeal): void;
  /** Commits the sectors whose sealing is over. Resolves when the chain has answered. */
  seal(epoch: bigint): Promise<void>;
  /** Fetches a piece again from the sources of a deal for it, whatever is left of it here. */
  restore(pieceCid: string): Promise<void>;
  /** Aborts what runs; the deals stay where they are. */
  stop(): Promise<void>;
}

export function createDealPipeline(options: DealPipelineOptions): DealPipeline {
  const { chain, deals, pieces, faults, sealEpochs, commitmentMargin } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  /** One at a time for a piece: two deals may be for the same bytes. */
  const byPiece = new Map<string, Promise<void>>();

  const fail = async (stored: StoredDeal, error: unknown) => {
    if (stopping.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    await deals.put({ ...stored, state: "failed", error: reason });
  };

  async function ingest(accepted: StoredDeal): Promise<void> {
    const pieceCid = accepted.deal.data!.piece_cid["/"];
    const stored: StoredDeal = { ...accepted, state: "processing" };
    await deals.put(stored);
    try {
      const digest = (await pieces.digest(pieceCid)) ?? (await fetchPiece(stored, pieceCid));
      const sector = await deals.nextSector();
      const sealedAt = (await chain.epoch()) + sealEpochs;
      await deals.put({ ...stored, state: "sealing", sector: `${sector}`, sealedAt: `${sealedAt}`, digest });
    } catch (error) {
      await fail(stored, error);
    }
  }

  async function fetchPiece(stored: StoredDeal, pieceCid: string): Promise<string> {
    await fetchSource({
      urls: stored.deal.data!.source_http!.urls,
      path: pieces.partPath(pieceCid),
      size: decodePieceCid(pieceCid).payloadSize,
      signal: stopping.signal,
      tries: options.sourceTries,
      retryMs: options.sourceRetryMs,
    }).catch(async (error: unknown) => {
      if (!stopping.signal.aborted) await rm(pieces.partPath(pieceCid), { force: true });
      throw error;
    });
    const { actual, digest } = await pieces.accept(pieceCid);
    if (actual !== pieceCid)
      throw new Error(`piece CID mismatch: fetched bytes are ${actual}, deal says ${pieceCid}`);
    return digest;
  }

  async function commit(stored: StoredDeal): Promise<void> {
    const ddo = stored.deal.products.ddo_v1!;
    const sector = BigInt(stored.sector!);
    const piece = decodePieceCid(stored.deal.data!.piece_cid["/"]);
    const start = BigInt(ddo.start_epoch ?? (await chain.epoch()));
    const expiration = start + BigInt(ddo.duration) + commitmentMargin;
    const manifest = {
      commitment: piece.commitment,
      paddedSize: BigInt(piece.paddedSize),
      notify: notifiees(ddo),
    };
    try {
      await chain.commitSector(sector, expiration, [manifest]);
    } catch (error) {
      // A message of before a restart may have landed already.
      if ((await chain.sectorState(sector).catch(() => "absent")) === "absent") return fail(stored, error);
    }
    await deals.put({ ...stored, state: "indexing" });
    await deals.put({ ...stored, state: "complete" });
  }

  const track = (work: Promise<void>) => {
    running.add(work);
    work.finally(() => running.delete(work));
  };

  return {
    resume(stored) {
      if (stored.state === "accepted" || stored.state === "processing") {
        const pieceCid = stored.deal.data!.piece_cid["/"];
        const work = (byPiece.get(pieceCid) ?? Promise.resolve()).then(() => ingest(stored));
        byPiece.set(pieceCid, work);
        track(work);
      } else if (stored.state === "indexing") {
        track(deals.put({ ...stored, state: "complete" }));
      }
    },
    async seal(epoch) {
      if (faults.neverSeal || faults.silent) return;
      const due = deals
        .all()
        .filter(({ state, sealedAt }) => state === "sealing" && BigInt(sealedAt!) <= epoch);
      await Promise.all(due.map(commit));
    },
    async restore(pieceCid) {
      const stored = deals.all().find(({ deal }) => deal.data!.piece_cid["/"] === pieceCid);
      if (!stored) throw new Error(`there is no deal for piece ${pieceCid}`);
      await pieces.drop(pieceCid);
      await fetchPiece(stored, pieceCid);
    },
    async stop() {
      stopping.abort(new Error("the provider stopped"));
      await Promise.all(running);
    },
  };
}

function notifiees(ddo: Mk20Ddo) {
  if (!ddo.notification_address) return [];
  const address = filecoinAddressToBytes(parseFilecoinAddress(ddo.notification_address));
  return [{ address, payload: bytesToHex(fromBase64(ddo.notification_payload)) }];
}
