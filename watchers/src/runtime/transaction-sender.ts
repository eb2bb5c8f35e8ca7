import type { Logger } from "pino";
import {
  type Abi,
  type Address,
  type ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  keccak256,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from "viem";
import { classifySendError, textOf } from "./classify-send-error.ts";
import type { Clock } from "./clock.ts";
import type { Fault } from "./fault-point.ts";
import type { Outbox, StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";
import { createTransactionLog, type StoredTransaction } from "./transaction-log.ts";

/** A contract call, ready to be simulated and signed. */
export interface ContractCall {
  address: Address;
  /** Its errors are how a revert gets its name. */
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}

/** How intents of one kind become a transaction, and what is kept of its receipt. */
export interface TransactionKind {
  call(payload: unknown): ContractCall;
  extract(receipt: TransactionReceipt, payload: unknown): unknown;
}

export interface SenderLimits {
  /** Epochs that must follow a receipt's before the intent is done. */
  confirmations: bigint;
  /** Epochs without a receipt after which the fee is raised. */
  stuckAfter: bigint;
  /** attoFIL that one transaction may cost at most. */
  maxTransactionCost: bigint;
}

export interface TransactionSenderOptions {
  outbox: Outbox;
  client: PublicClient;
  account: LocalAccount;
  chainId: number;
  kinds: Readonly<Record<string, TransactionKind>>;
  limits: SenderLimits;
  clock: Clock;
  fault: Fault;
  logger: Logger;
}

/** A transaction that came to its end, for whoever shows progress. */
export interface Finished {
  key: string;
  kind: string;
  outcome: "done" | "failed" | "parked";
  payload: unknown;
  result: unknown;
  error: string | undefined;
}

const GAS_HEADROOM_PERCENT = 125n;
const BLOCK_GAS_LIMIT = 10_000_000_000n;
/** A replacement must offer at least 110 % of both fees; nodes default to 125 %. */
const BUMP_PERCENT = 125n;
const MAX_BUMPS = 6;

/** Simulates, signs, stores, broadcasts and follows the transactions of one key, each exactly once, nonces in order. */
export function createTransactionSender(options: TransactionSenderOptions) {
  const { outbox, client, account, chainId, kinds, limits, clock, fault, logger } = options;
  const log = createTransactionLog(outbox.db, account.address);
  const names = Object.keys(kinds);
  /** Intents whose nonce seems to be another's: since which epoch. */
  const taken = new Map<number, bigint>();

  /** One round over everything unfinished; begins nothing once the signal aborts. Never throws for what a node says. */
  async function advance(head: bigint, signal?: AbortSignal): Promise<Finished[]> {
    const finished: Finished[] = [];
    const open = await outbox.open(names);
    const sent = await log.liveOf(open.map(({ id }) => id));
    const unresolved = open.filter(({ state }) => state !== "new");
    unresolved.sort((a, b) => (sent.get(a.id)?.at(-1)?.nonce ?? 0) - (sent.get(b.id)?.at(-1)?.nonce ?? 0));
    let inOrder = true;
    for (const intent of unresolved) {
      if (signal?.aborted) return finished;
      const outcome = await follow(intent, sent.get(intent.id) ?? [], head, inOrder);
      if (outcome === "unsent") inOrder = false;
      else if (outcome !== "waiting") finished.push(outcome);
    }
    for (const intent of open) {
      if (signal?.aborted) return finished;
      if (intent.state !== "new" || intent.nextTryAt > clock.now()) continue;
      const outcome = await begin(intent, head, inOrder);
      if (outcome === "unsent") inOrder = false;
      else if (outcome !== "waiting") finished.push(outcome);
    }
    return finished;
  }

  /** A signed intent: looks for its receipt, else keeps its bytes before a node. */
  async function follow(intent: StoredIntent, attempts: StoredTransaction[], head: bigint, inOrder: boolean) {
    const latest = attempts.at(-1);
    if (latest === undefined) return requeue(intent);
    let receipt: TransactionReceipt | undefined;
    try {
      // In this order: a nonce that was final before leaves no room for a receipt that comes in between.
      const isTaken = (await nonceAt("finalized", head)) > latest.nonce;
      receipt = await receiptOf(attempts);
      if (receipt === undefined && isTaken) return mourn(intent, latest.nonce, head);
    } catch (error) {
      logger.warn({ key: intent.key, error: textOf(error) }, "no answer about a transaction");
      return intent.state === "sent" ? "waiting" : "unsent";
    }
    if (receipt !== undefined) {
      fault("receipt:after");
      return head - receipt.blockNumber >= limits.confirmations ? resolve(intent, receipt, head) : "waiting";
    }
    if (!inOrder) return "unsent";
    if (intent.state === "signed") return broadcast(intent, latest, head);
    if (head - BigInt(latest.sentEpoch) < limits.stuckAfter) return "waiting";
    if (attempts.length > MAX_BUMPS) {
      logger.error(
        { key: intent.key, bumps: MAX_BUMPS },
        "transaction is stuck at its highest fee; look at it",
      );
      return broadcast(intent, latest, head);
    }
    return bump(intent, latest, head);
  }

  /** A new intent: simulate, then sign and store, then send. */
  async function begin(intent: StoredIntent, head: bigint, inOrder: boolean): Promise<Outcome> {
    // A gap would block every later transaction, so nothing is signed while an earlier one is not before a node.
    if (!inOrder) return "waiting";
    const call = (kinds[intent.kind] as TransactionKind).call(decodePayload(intent.payload));
    let request: Awaited<ReturnType<typeof price>>;
    try {
      await simulate(call);
      request = await price(call);
    } catch (error) {
      const revert = revertOf(error);
      if (revert !== undefined) return fail(intent, head, revert);
      return later(intent, head, textOf(error));
    }
    fault("simulate:after");
    const cost = request.gas * request.maxFeePerGas;
    if (cost > limits.maxTransactionCost) {
      return later(
        intent,
        head,
        `it would cost up to ${cost} attoFIL, more than the limit of ${limits.maxTransactionCost}`,
      );
    }
    let nonce: number;
    try {
      nonce = Math.max(await nonceAt("latest", head), await log.nextNonce());
    } catch (error) {
      return later(intent, head, textOf(error));
    }
    const transaction = await sign(intent, { ...request, nonce }, head);
    fault("sign:after");
    await log.store(transaction);
    fault("persist:after");
    return broadcast(intent, transaction, head);
  }

  async function broadcast(
    intent: StoredIntent,
    transaction: StoredTransaction,
    head: bigint,
  ): Promise<Outcome> {
    fault("broadcast:before");
    let refusal: unknown;
    try {
      await client.sendRawTransaction({ serializedTransaction: transaction.raw as Hex });
    } catch (error) {
      refusal = error;
    }
    fault("broadcast:after");
    const kind = refusal === undefined ? "accepted" : classifySendError(refusal);
    if (refusal !== undefined) {
      logger.warn(
        { key: intent.key, hash: transaction.hash, kind, error: textOf(refusal) },
        "broadcast answered",
      );
      await log.note(intent.id, textOf(refusal));
    }
    if (kind === "rebuild") return bump(intent, transaction, head);
    if (kind !== "accepted") return kind === "taken" ? "waiting" : "unsent";
    await log.accepted(intent.id, transaction.hash, head);
    fault("accept:after");
    return "waiting";
  }

  /** The same call at the same nonce, 25 % dearer, within the cost limit; sent in the next round. */
  async function bump(intent: StoredIntent, last: StoredTransaction, head: bigint): Promise<Outcome> {
    const call = (kinds[intent.kind] as TransactionKind).call(decodePayload(intent.payload));
    try {
      const now = await client.estimateFeesPerGas();
      const raised = (old: string, fresh: bigint) => max((BigInt(old) * BUMP_PERCENT) / 100n + 1n, fresh);
      const request = {
        to: call.address,
        data: encodeFunctionData(call),
        gas: BigInt(last.gas),
        maxFeePerGas: raised(last.maxFeePerGas, now.maxFeePerGas),
        maxPriorityFeePerGas: raised(last.maxPriorityFeePerGas, now.maxPriorityFeePerGas),
        nonce: last.nonce,
      };
      if (request.gas * request.maxFeePerGas > limits.maxTransactionCost) {
        logger.error({ key: intent.key }, "raising the fee would pass the cost limit; waiting");
        return "unsent";
      }
      const transaction = await sign(intent, request, head);
      await log.store(transaction);
    } catch (error) {
      logger.warn({ key: intent.key, error: textOf(error) }, "fee not raised");
    }
    return "unsent";
  }

  async function resolve(intent: StoredIntent, receipt: TransactionReceipt, head: bigint): Promise<Outcome> {
    const payload = decodePayload(intent.payload);
    const kind = kinds[intent.kind] as TransactionKind;
    const evidence = { hash: receipt.transactionHash, epoch: receipt.blockNumber };
    const outcome =
      receipt.status === "success"
        ? { result: { ...evidence, value: kind.extract(receipt, payload) } }
        : { error: await reasonOf(kind.call(payload), receipt) };
    await outbox.db.transaction().execute((within) => outbox.finish(within, intent.id, head, outcome));
    fault("finish:after");
    return report(intent, "error" in outcome ? "failed" : "done", outcome);
  }

  async function fail(intent: StoredIntent, head: bigint, error: string): Promise<Outcome> {
    await outbox.finish(outbox.db, intent.id, head, { error });
    return report(intent, "failed", { error });
  }

  async function later(intent: StoredIntent, head: bigint, error: string): Promise<Outcome> {
    logger.warn({ key: intent.key, error }, "transaction postponed");
    const outcome = await outbox.postpone(intent.id, head, error);
    return outcome === "parked" ? report(intent, "parked", { error }) : "waiting";
  }

  /**
   * Another's transaction has the nonce for good. A node behind the others might only not have our receipt yet, and
   * sending anew would then be sending twice: so this is believed when it still holds `stuckAfter` epochs later.
   */
  async function mourn(intent: StoredIntent, nonce: number, head: bigint): Promise<Outcome> {
    const since = taken.get(intent.id) ?? head;
    taken.set(intent.id, since);
    if (head - since < limits.stuckAfter) return "waiting";
    taken.delete(intent.id);
    logger.error({ key: intent.key, nonce }, "another transaction took this nonce");
    return requeue(intent);
  }

  async function requeue(intent: StoredIntent): Promise<Outcome> {
    await log.release(intent.id);
    return "waiting";
  }

  function simulate(call: ContractCall) {
    return client.simulateContract({ ...call, account: account.address } as never);
  }

  async function price(call: ContractCall) {
    const data = encodeFunctionData(call);
    const [estimate, fees] = await Promise.all([
      client.estimateGas({ account: account.address, to: call.address, data }),
      client.estimateFeesPerGas(),
    ]);
    const gas = (estimate * GAS_HEADROOM_PERCENT) / 100n;
    return { to: call.address, data, gas: gas < BLOCK_GAS_LIMIT ? gas : BLOCK_GAS_LIMIT, ...pickFees(fees) };
  }

  async function sign(intent: StoredIntent, request: SignRequest, head: bigint): Promise<StoredTransaction> {
    const raw = await account.signTransaction({ ...request, chainId, type: "eip1559" });
    return {
      hash: keccak256(raw),
      intentId: intent.id,
      account: account.address,
      nonce: request.nonce,
      raw,
      gas: request.gas.toString(),
      maxFeePerGas: request.maxFeePerGas.toString(),
      maxPriorityFeePerGas: request.maxPriorityFeePerGas.toString(),
      sentEpoch: Number(head),
      live: 1,
    };
  }

  /** Of any attempt: a replacement may lose to the original. */
  async function receiptOf(attempts: StoredTransaction[]): Promise<TransactionReceipt | undefined> {
    for (const { hash } of attempts.toReversed()) {
      try {
        return await client.getTransactionReceipt({ hash: hash as Hex });
      } catch (error) {
        if (causeNamed(error, "TransactionReceiptNotFoundError") === undefined) throw error;
      }
    }
    return undefined;
  }

  /** A node without the `finalized` tag is asked for what lies FALLBACK_FINALITY back. */
  async function nonceAt(blockTag: "latest" | "finalized", head: bigint): Promise<number> {
    const { address } = account;
    try {
      return await client.getTransactionCount({ address, blockTag });
    } catch (error) {
      if (blockTag === "latest") throw error;
      const blockNumber = head > FALLBACK_FINALITY ? head - FALLBACK_FINALITY : 0n;
      return client.getTransactionCount({ address, blockNumber });
    }
  }

  /** Why a mined transaction reverted, as far as its own epoch's state can still tell. */
  async function reasonOf(call: ContractCall, receipt: TransactionReceipt): Promise<string> {
    try {
      const blockNumber = receipt.blockNumber - 1n;
      await client.simulateContract({ ...call, account: account.address, blockNumber } as never);
    } catch (error) {
      return revertOf(error) ?? "reverted";
    }
    return "reverted";
  }

  function report(
    intent: StoredIntent,
    outcome: Finished["outcome"],
    what: { result?: unknown; error?: string },
  ): Finished {
    const { key, kind } = intent;
    logger.info({ key, outcome, ...what }, "intent finished");
    return {
      key,
      kind,
      outcome,
      payload: decodePayload(intent.payload),
      result: what.result,
      error: what.error,
    };
  }

  return { advance };
}

type Outcome = Finished | "waiting" | "unsent";

interface SignRequest {
  to: Address;
  data: Hex;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  nonce: number;
}

/** Filecoin's last resort for finality. */
const FALLBACK_FINALITY = 900n;

function pickFees(fees: { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }) {
  return { maxFeePerGas: fees.maxFeePerGas, maxPriorityFeePerGas: fees.maxPriorityFeePerGas };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The name and values of the contract's error, or undefined when the call did not revert. */
export function revertOf(error: unknown): string | undefined {
  const revert = causeNamed(error, "ContractFunctionRevertedError") as
    | ContractFunctionRevertedError
    | undefined;
  if (revert === undefined) return undefined;
  if (revert.data === undefined) return revert.reason ?? revert.signature ?? "reverted without a reason";
  return `${revert.data.errorName}(${(revert.data.args ?? []).map(String).join(", ")})`;
}

/** By name: the client may come from another copy of viem than this file's. */
function causeNamed(error: unknown, name: string): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause.name === name) return cause;
  return undefined;
}
