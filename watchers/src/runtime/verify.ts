import type { Kysely } from "kysely";
import type { Hex, PublicClient, TransactionReceipt } from "viem";
import { causeNamed, type TransactionKind } from "./contract-call.ts";
import type { RuntimeTables } from "./database.ts";
import { decodePayload, encodePayload } from "./payload.ts";

/** A place where the database and the chain say different things. */
export interface Difference {
  intent: number;
  key: string;
  what: string;
}

export interface Verification {
  /** Transactions that were compared with their receipts. */
  checked: number;
  /** Transactions whose receipts the node no longer has. */
  unknown: number;
  differences: Difference[];
}

export interface VerifyOptions {
  db: Kysely<RuntimeTables>;
  client: PublicClient;
  kinds: Readonly<Record<string, TransactionKind>>;
  /** Receipts older than this may be gone from the node. */
  keptSince: bigint;
}

interface Stored {
  hash: Hex;
  epoch: bigint;
  value: unknown;
}

/** Requests under way at once. */
const AT_ONCE = 50;

/** Compares every transaction that the database calls done with what the chain has of it, to the last event. */
export async function verify({ db, client, kinds, keptSince }: VerifyOptions): Promise<Verification> {
  const rows = await db
    .selectFrom("intents")
    .select(["id", "key", "kind", "payload", "result"])
    .where("state", "=", "done")
    .where("kind", "in", Object.keys(kinds))
    .orderBy("id")
    .execute();
  const found: Verification = { checked: 0, unknown: 0, differences: [] };

  async function check({ id, key, kind, payload, result }: (typeof rows)[number]): Promise<void> {
    const stored = decodePayload<Stored>(result ?? "null");
    const differs = (what: string) => void found.differences.push({ intent: id, key, what });
    const receipt = await receiptOf(client, stored.hash);
    if (receipt === undefined && stored.epoch < keptSince) {
      found.unknown++;
      return;
    }
    found.checked++;
    if (receipt === undefined) return differs(`${stored.hash} is not on the chain`);
    if (receipt.status !== "success") return differs(`${stored.hash} reverted`);
    if (receipt.blockNumber !== stored.epoch)
      return differs(`${stored.hash} is of epoch ${receipt.blockNumber}, not ${stored.epoch}`);
    const told = (kinds[kind] as TransactionKind).extract(receipt, decodePayload(payload));
    if (encodePayload(told) !== encodePayload(stored.value)) differs(`${stored.hash} told something else`);
  }

  for (let at = 0; at < rows.length; at += AT_ONCE)
    await Promise.all(rows.slice(at, at + AT_ONCE).map(check));
  found.differences.sort((a, b) => a.intent - b.intent);
  return found;
}

async function receiptOf(client: PublicClient, hash: Hex): Promise<TransactionReceipt | undefined> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (causeNamed(error, "TransactionReceiptNotFoundError") !== undefined) return undefined;
    throw error;
  }
}
