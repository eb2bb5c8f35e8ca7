import type { Address, PublicClient } from "viem";
import { textOf } from "./classify-send-error.ts";
import { tipsetAt } from "./tipset.ts";

/** What a node knows of the sending account. */
export interface AccountState {
  /** Nonces below it are used on chain. */
  mined: number;
  /** Nonces below it are used on chain, or by transactions in the node's mempool. */
  known: number;
  /** attoFIL. */
  balance: bigint;
}

/** An address that never received FIL is no actor yet: Filecoin's nodes answer with an error, not with 0. */
export async function readAccount(client: PublicClient, address: Address): Promise<AccountState> {
  try {
    const [mined, known, balance] = await Promise.all([
      client.getTransactionCount({ address, blockTag: "latest" }),
      client.getTransactionCount({ address, blockTag: "pending" }),
      client.getBalance({ address }),
    ]);
    return { mined, known: Math.max(mined, known), balance };
  } catch (error) {
    if (/actor not found|resolution lookup failed/i.test(textOf(error)))
      return { mined: 0, known: 0, balance: 0n };
    throw error;
  }
}

/**
 * Nonces below it are used for good.
 * @param finalized an epoch that no reorganisation can undo; if it is a null round, the tipset before it counts
 */
export async function readFinalNonce(
  client: PublicClient,
  address: Address,
  finalized: bigint,
): Promise<number> {
  for (let epoch = finalized; epoch > 0n; epoch--) {
    if ((await tipsetAt(client, epoch)) === undefined) continue;
    return client.getTransactionCount({ address, blockNumber: epoch });
  }
  return 0;
}
