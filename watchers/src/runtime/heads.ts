import type { PublicClient } from "viem";
import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import { isAnswer, type Tipset, tipsetOf } from "./tipset.ts";

/** What the node has executed, and what of it can no longer be undone. Epochs. Whoever spends waits for `finalized`. */
export interface Heads {
  latest: bigint;
  finalized: bigint;
}

export interface HeadsOptions {
  client: PublicClient;
  /**
   * Epochs after which a tipset counts as final even if the node does not call it so yet, at most 900. Without it the
   * node's `finalized` tag decides alone.
   */
  depth?: bigint | undefined;
  clock: Clock;
  /** Milliseconds without a new head after which the chain counts as stalled. Default: 6 epochs. */
  stallAfterMs?: number;
  /** Told at every `stallAfterMs` of a stall, with its milliseconds so far: another endpoint may be further. */
  onStall?: (stalledMs: number) => void;
  metrics?: Metrics | undefined;
}

/** Filecoin's last resort for finality, and what a node without the `finalized` tag is trusted with. */
export const FALLBACK_FINALITY = 900n;
const STALL_MS = 6 * 30_000;

/**
 * Reads how far the chain is, and how much of it is final: F3's certificate or the node's own reckoning, by its tag.
 * `finalized` never falls, whatever the node asked next says.
 */
export function createHeads(options: HeadsOptions) {
  const { client, depth, clock, stallAfterMs = STALL_MS, onStall, metrics } = options;
  if (depth !== undefined && (depth < 0n || depth > FALLBACK_FINALITY)) {
    throw new RangeError(`A confirmation depth of ${depth} epochs; it is 0 to ${FALLBACK_FINALITY}.`);
  }
  let [highest, finalized] = [-1n, 0n];
  let grownAt = clock.monotonic();
  let toldAt = grownAt;

  /** @returns also the tipset at `latest` */
  async function read(): Promise<Heads & { tipset: Tipset }> {
    const tipset = await tipsetOf(client, { blockTag: "latest" });
    const latest = tipset.epoch;
    if (latest > highest) {
      highest = latest;
      grownAt = toldAt = clock.monotonic();
    } else if (clock.monotonic() - toldAt >= stallAfterMs) {
      toldAt = clock.monotonic();
      metrics?.stalls.inc();
      onStall?.(toldAt - grownAt);
    }
    const tagged = await taggedFinal(client);
    const reckoned = latest - (depth ?? FALLBACK_FINALITY);
    const candidates = depth === undefined && tagged !== undefined ? [tagged] : [tagged ?? 0n, reckoned];
    for (const epoch of candidates) if (epoch > finalized) finalized = epoch;
    metrics?.headEpoch.set(Number(latest));
    metrics?.finalizedEpoch.set(Number(finalized));
    return { latest, finalized, tipset };
  }

  /** No new head for too long, or no answer: whoever acts now acts on old news. */
  function isStalled(): boolean {
    return clock.monotonic() - grownAt >= stallAfterMs;
  }

  return { read, isStalled };
}

/** Undefined when the node does not know the tag. */
async function taggedFinal(client: PublicClient): Promise<bigint | undefined> {
  try {
    return (await tipsetOf(client, { blockTag: "finalized" })).epoch;
  } catch (error) {
    if (isAnswer(error) || (error as Error).name === "BlockNotFoundError") return undefined;
    throw error;
  }
}
