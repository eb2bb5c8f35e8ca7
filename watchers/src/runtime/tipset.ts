import { findCause } from "@holdfast/sdk";
import type { Block, Hex, PublicClient } from "viem";

/** The blocks of one epoch, which the RPC shows as one block. */
export interface Tipset {
  epoch: bigint;
  hash: Hex;
  parentHash: Hex;
}

/** @throws what the node says, if it has no such tipset */
export async function tipsetOf(
  client: PublicClient,
  at: { blockTag: "latest" | "finalized" } | { blockHash: Hex } | { blockNumber: bigint },
): Promise<Tipset> {
  const { number, hash, parentHash } = (await client.getBlock(at)) as Block<bigint, false, "latest">;
  return { epoch: number, hash, parentHash };
}

/**
 * The tipset of an epoch up to the head; undefined for a null round, which nodes tell in three ways: error code 12
 * (Lotus), null (older Lotus), the tipset before (Forest).
 */
export async function tipsetAt(client: PublicClient, epoch: bigint): Promise<Tipset | undefined> {
  try {
    const tipset = await tipsetOf(client, { blockNumber: epoch });
    return tipset.epoch === epoch ? tipset : undefined;
  } catch (error) {
    if (isNullRound(error) || isNamed(error, "BlockNotFoundError")) return undefined;
    throw error;
  }
}

const NULL_ROUND = 12;
const LIMIT_EXCEEDED = -32005;

/** What a refused read of a range means for it. */
export type RangeRefusal = "too-large" | "null-round" | "gone" | "other";

/** `too-large`: smaller ranges may pass. `gone`: the node no longer has what is that old. */
export function classifyRangeError(error: unknown): RangeRefusal {
  if (isNullRound(error)) return "null-round";
  const text = messagesOf(error);
  if (
    /lookbacks? of more than|pruned|retention|no longer (kept|available)|not (found )?in the index/i.test(
      text,
    )
  )
    return "gone";
  if (findCause(error, (cause) => codeOf(cause) === LIMIT_EXCEEDED) !== undefined) return "too-large";
  if (isNamed(error, "TimeoutError")) return "too-large";
  if (
    /too many (results|events)|results? (limit|exceed)|block range|range (limit|too|exceed)|deadline exceeded|timed? ?out/i.test(
      text,
    )
  )
    return "too-large";
  return "other";
}

/** The node was asked, and said no: it is up, and asking another changes nothing. */
export function isAnswer(error: unknown): boolean {
  return isNamed(error, "RpcRequestError");
}

function isNullRound(error: unknown): boolean {
  return findCause(error, (cause) => codeOf(cause) === NULL_ROUND) !== undefined;
}

function isNamed(error: unknown, name: string): boolean {
  return findCause(error, (cause) => (cause as Error).name === name) !== undefined;
}

function codeOf(cause: unknown): unknown {
  return (cause as { code?: unknown } | null)?.code;
}

function messagesOf(error: unknown): string {
  const parts: string[] = [];
  findCause(error, (cause) => {
    const { details, message } = cause as { details?: unknown; message?: unknown };
    parts.push(String(details ?? message ?? cause));
    return false;
  });
  return parts.join("\n");
}
