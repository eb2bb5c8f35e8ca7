import type { Hash, TransactionReceipt } from "viem";
import { getBlock, getTransactionReceipt, waitForTransactionReceipt } from "viem/actions";
import { BaseError } from "../errors/base-error.ts";
import type { ActionClient } from "./action.ts";

/** How sure it is that a transaction stays: in a block, 200 epochs or less from final, final. */
export const FINALITIES = ["included", "safe", "finalized"] as const;
export type Finality = (typeof FINALITIES)[number];

/** Epochs behind the head that an endpoint without the tag is taken to mean (Lotus's own distances without F3). */
const DISTANCE = { safe: 200n, finalized: 900n } as const;
/** The default of viem's wait, in milliseconds. */
const INCLUDED_WITHIN = 600_000;

export interface WaitForFinalityParameters {
  hash: Hash;
  finality: Finality;
  /** Told where the endpoint stands: the epoch that is this sure, and the one waited for. */
  onEpoch?: (reached: bigint, wanted: bigint) => void;
  signal?: AbortSignal;
}

/** A transaction that was in a block is in none any more: a reorganisation took it out. */
export class TransactionDroppedError extends BaseError {
  readonly hash: Hash;
  constructor(hash: Hash) {
    super(`${hash} was in a block and is in none any more: the chain was reorganised.`, {
      next: "Look again in a few epochs: it usually lands anew. Then check the state before sending again.",
    });
    this.hash = hash;
  }
}

/**
 * Waits until a transaction is as sure as wanted. @returns the receipt as it then is: a reorganisation may have moved it.
 * @throws TransactionDroppedError
 */
export async function waitForFinality(
  client: ActionClient,
  { hash, finality, onEpoch, signal }: WaitForFinalityParameters,
): Promise<TransactionReceipt> {
  let receipt = await waitForTransactionReceipt(client, { hash, timeout: INCLUDED_WITHIN });
  if (finality === "included") return receipt;
  for (;;) {
    signal?.throwIfAborted();
    const reached = await surelyAt(client, finality);
    onEpoch?.(reached, receipt.blockNumber);
    if (reached >= receipt.blockNumber) {
      const now = await getTransactionReceipt(client, { hash }).catch(() => undefined);
      if (now === undefined) throw new TransactionDroppedError(hash);
      if (now.blockHash === receipt.blockHash) return now;
      receipt = now;
    } else {
      await new Promise((resolve) => setTimeout(resolve, client.pollingInterval));
    }
  }
}

async function surelyAt(client: ActionClient, finality: "safe" | "finalized"): Promise<bigint> {
  const tagged = await getBlock(client, { blockTag: finality }).catch(() => undefined);
  if (tagged?.number != null) return tagged.number;
  const { number } = await getBlock(client);
  return number > DISTANCE[finality] ? number - DISTANCE[finality] : 0n;
}
