import { type ActionClient, ContractRevertedError, getRail } from "@holdfast/sdk";
import { bulkhead } from "cockatiel";
import type { Kysely } from "kysely";
import { type Hex, hexToBigInt, type PublicClient } from "viem";
import { causeNamed, isSilence } from "../runtime/contract-call.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createEventLog, type EventLog, type StoredEvent } from "../runtime/event-log.ts";
import { decodePayload } from "../runtime/payload.ts";
import { classifyRangeError } from "../runtime/tipset.ts";
import type { Contracts } from "./contracts.ts";

export interface VerifyOptions {
  db: Kysely<RuntimeTables>;
  /** The same events, read from the chain just now by a reader of their own. */
  fresh: EventLog;
  client: PublicClient;
  contracts: Contracts;
}

/** Something that the database and the chain do not agree on. */
export interface Difference {
  about: "event" | "rail" | "intent";
  /** Which one: epoch and log index, rail id, or key. */
  what: string;
  database: string;
  chain: string;
}

export interface Verification {
  /** Up to which epoch. */
  epoch: bigint;
  /** How many were compared. */
  events: number;
  rails: number;
  intents: number;
  /** Events that no node gives any more, so that nobody can compare them. */
  unchecked: number;
  /** Keys of intents that cannot be checked: no node has their receipt any more. */
  uncheckedIntents: string[];
  differences: Difference[];
}

/** Reads of rails and of receipts under way at once. */
const READS = 64;

/**
 * Compares what is final in the database with the chain: every event with the chain's, the state of every rail that the
 * events tell of with Filecoin Pay's, every finished transaction with its receipt.
 */
export async function verifyDeals({ db, fresh, client, contracts }: VerifyOptions): Promise<Verification> {
  const log = createEventLog(db);
  const epoch = (await log.checkpoint())?.finalized ?? 0n;
  const differences: Difference[] = [];
  const { events, unchecked } = await compareEvents(log, fresh, epoch, differences);
  const rails = await compareRails(log, epoch, client, contracts, differences);
  const { intents, uncheckedIntents } = await compareIntents(db, epoch, client, differences);
  return { epoch, events, rails, intents, unchecked, uncheckedIntents, differences };
}

/** In the order of `items`. */
function readAll<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const slots = bulkhead(READS, Number.POSITIVE_INFINITY);
  return Promise.all(items.map((item) => slots.execute(() => read(item))));
}

async function compareEvents(log: EventLog, fresh: EventLog, epoch: bigint, differences: Difference[]) {
  const gaps = [...(await fresh.gaps()), ...(await log.gaps())];
  const isGone = (event: StoredEvent) =>
    gaps.some(([from, to]) => from <= BigInt(event.epoch) && BigInt(event.epoch) <= to);
  let [events, unchecked] = [0, 0];
  const [ours, theirs] = [log.upTo(epoch), fresh.upTo(epoch)];
  let [left, right] = [await next(ours), await next(theirs)];
  while (left !== undefined || right !== undefined) {
    const order = left === undefined ? 1 : right === undefined ? -1 : compare(left, right);
    const [ourEvent, theirEvent] = [order <= 0 ? left : undefined, order >= 0 ? right : undefined];
    if (ourEvent !== undefined && theirEvent !== undefined) events++;
    const [database, chain] = [textOf(ourEvent), textOf(theirEvent)];
    if (database !== chain) {
      const event = (ourEvent ?? theirEvent) as StoredEvent;
      const what = `${event.epoch}:${event.logIndex}`;
      if (isGone(event)) unchecked++;
      else differences.push({ about: "event", what, database, chain });
    }
    if (order <= 0) left = await next(ours);
    if (order >= 0) right = await next(theirs);
  }
  return { events, unchecked };
}

/** What the last events say of each rail, against what Filecoin Pay says. */
async function compareRails(
  log: EventLog,
  epoch: bigint,
  client: PublicClient,
  { pay }: Contracts,
  differences: Difference[],
): Promise<number> {
  const rails = new Map<string, { settledUpTo?: bigint; rate?: bigint; end?: bigint; final?: boolean }>();
  for await (const { contract, event, subject, args } of log.upTo(epoch)) {
    if (contract !== "pay" || subject === null) continue;
    const rail = rails.get(subject) ?? {};
    rails.set(subject, rail);
    const { settledUpTo, newRate, endEpoch } = decodePayload<Record<string, bigint>>(args);
    if (event === "RailSettled" && settledUpTo !== undefined) rail.settledUpTo = settledUpTo;
    if (event === "RailRateModified" && newRate !== undefined) rail.rate = newRate;
    if (event === "RailTerminated" && endEpoch !== undefined) rail.end = endEpoch;
    if (event === "RailFinalized") rail.final = true;
  }
  const states = await readAll([...rails], async ([subject, told]) => {
    const railId = hexToBigInt(subject as Hex);
    return { railId, told, state: await railAt(client, pay, railId, epoch) };
  });
  for (const { railId, told, state } of states) {
    const differ = (name: string, database: unknown, chain: unknown) => {
      if (database === undefined || database === chain) return;
      const what = `${railId} ${name}`;
      differences.push({ about: "rail", what, database: String(database), chain: String(chain) });
    };
    differ("finalised", told.final ?? false, state === undefined);
    if (state === undefined) continue;
    differ("settledUpTo", told.settledUpTo, state.settledUpTo);
    differ("rate", told.rate, state.paymentRate);
    differ("endEpoch", told.end, state.endEpoch);
  }
  return rails.size;
}

/** Undefined once it is finalised. */
async function railAt(client: PublicClient, address: Contracts["pay"], railId: bigint, blockNumber: bigint) {
  try {
    return await getRail(client as unknown as ActionClient, { railId, address, blockNumber });
  } catch (error) {
    const isFinal =
      error instanceof ContractRevertedError && error.revert.errorName === "RailInactiveOrSettled";
    if (isFinal) return undefined;
    throw error;
  }
}

/** A finished transaction is on chain, succeeded, and is no other's too. */
async function compareIntents(
  db: Kysely<RuntimeTables>,
  epoch: bigint,
  client: PublicClient,
  differences: Difference[],
): Promise<{ intents: number; uncheckedIntents: string[] }> {
  const rows = await db
    .selectFrom("intents")
    .select(["key", "result"])
    .where("state", "=", "done")
    .orderBy("id")
    .execute();
  const finished = rows.flatMap(({ key, result }) => {
    const { hash, epoch: at } = (decodePayload(result ?? "{}") ?? {}) as { hash?: Hex; epoch?: bigint };
    return hash === undefined || at === undefined || at > epoch ? [] : [{ key, hash, at }];
  });
  const told = await readAll(finished, async (one) => ({ ...one, chain: await receiptText(client, one) }));
  const byHash = new Map<string, string>();
  const uncheckedIntents: string[] = [];
  for (const { key, hash, at, chain } of told) {
    const other = byHash.get(hash);
    byHash.set(hash, key);
    const database = `success at ${at}`;
    if (chain === undefined) uncheckedIntents.push(key);
    else if (chain !== database) differences.push({ about: "intent", what: key, database, chain });
    if (other !== undefined)
      differences.push({ about: "intent", what: key, database: hash, chain: `that is ${other}'s` });
  }
  return { intents: told.length - uncheckedIntents.length, uncheckedIntents };
}

/** Undefined when no node can tell: it has pruned the receipt. */
async function receiptText(
  client: PublicClient,
  { hash, at }: { hash: Hex; at: bigint },
): Promise<string | undefined> {
  try {
    const { status, blockNumber } = await client.getTransactionReceipt({ hash });
    return `${status} at ${blockNumber}`;
  } catch (error) {
    const isMissing = causeNamed(error, "TransactionReceiptNotFoundError") !== undefined;
    if (!isMissing && classifyRangeError(error) !== "gone") throw error;
    return (await isKnownToLack(client, at, hash)) ? "no receipt" : undefined;
  }
}

/** Whether the node still has the epoch, and the transaction is not in it. */
async function isKnownToLack(client: PublicClient, blockNumber: bigint, hash: Hex): Promise<boolean> {
  try {
    const { number, transactions } = await client.getBlock({ blockNumber });
    return number !== blockNumber || !transactions.includes(hash);
  } catch (error) {
    if (classifyRangeError(error) === "null-round") return true;
    if (isSilence(error)) throw error;
    return false;
  }
}

async function next(events: AsyncGenerator<StoredEvent>): Promise<StoredEvent | undefined> {
  const { done, value } = await events.next();
  return done ? undefined : value;
}

function compare(a: StoredEvent, b: StoredEvent): number {
  return Math.sign(a.epoch - b.epoch || a.logIndex - b.logIndex);
}

function textOf(event: StoredEvent | undefined): string {
  return event === undefined ? "nothing" : JSON.stringify(Object.entries(event).sort());
}
