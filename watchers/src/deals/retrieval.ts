import {
  decodePieceCid,
  fetchPieceRange,
  ProviderThrottledError,
  samplePlan,
  verifyRange,
} from "@holdfast/sdk";
import type { Kysely } from "kysely";
import type { RequestOutcome } from "../runtime/request-runner.ts";
import { recordSample } from "./retrieval-log.ts";
import type { Epoch, SamplePayload } from "./state.ts";
import type { DealsTables } from "./tables.ts";

export interface RetrievalOptions {
  db: Kysely<DealsTables>;
  timeoutMs: number;
  /** Bytes that no provider can foresee. */
  randomBytes(length: number): Uint8Array;
  /** The piece's checked tree layer; undefined if the client has none. */
  layerOf(pieceCid: string): Promise<Uint8Array | undefined>;
}

/**
 * Fetches a random range of a piece from its provider and checks it against the piece's tree. What comes of it is kept
 * for a year and counts when new deals are made; it never slashes.
 */
export function createSampler({ db, timeoutMs, randomBytes, layerOf }: RetrievalOptions) {
  return async (payload: SamplePayload, head: Epoch): Promise<RequestOutcome> => {
    const { copyId, provider, endpoint, pieceCid } = payload;
    const layer = await layerOf(pieceCid);
    if (layer === undefined)
      return { outcome: "refused", reason: `no layer file of ${pieceCid} to check bytes with` };
    const piece = decodePieceCid(pieceCid);
    const range = samplePlan(piece, { seed: randomBytes(32), count: 1 })[0] as { start: number; end: number };
    const { start: from, end } = range;
    let passed = false;
    let detail = `bytes ${from} to ${end}`;
    try {
      const bytes = await fetchPieceRange({ endpoint, pieceCid, from, length: end - from, timeoutMs });
      passed = verifyRange(piece, layer, range, bytes);
      if (!passed) detail += " are not the piece's";
    } catch (error) {
      const reason = (error as Error).message.split("\n")[0] as string;
      if (error instanceof ProviderThrottledError) {
        const afterMs = error.retryAfterMs;
        return { outcome: "retry", reason, ...(afterMs === undefined ? {} : { afterMs }) };
      }
      detail += `: ${reason}`;
    }
    await recordSample(db, {
      ...{ copyId: copyId.toString(), provider: provider.toString(), epoch: Number(head) },
      ...{ passed: passed ? 1 : 0, detail },
    });
    return { outcome: "done", result: { passed, detail } };
  };
}
