import type { Logger } from "pino";
import type { Hex, PublicClient } from "viem";
import { type AccountState, readAccount } from "./account-state.ts";
import { type OpenBudget, openBudget, PAUSE_REASONS, type Pause, pause } from "./budget.ts";
import { textOf } from "./classify-send-error.ts";
import {
  type ContractCall,
  encodeCall,
  isSilence,
  revertOf,
  simulate,
  type TransactionKind,
} from "./contract-call.ts";
import { OPEN_STATES } from "./database.ts";
import type { Fault } from "./fault-point.ts";
import { type Finished, reportFinished } from "./finished.ts";
import { measureIntents } from "./intents-admin.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { Outbox, StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";
import { createReceipts } from "./receipts.ts";
import {
  BLOCKED,
  kindOf,
  type Progress,
  type Round,
  type SenderContext,
  type SenderLimits,
  WAITING,
} from "./sender-context.ts";
import { createAttempts, type Terms } from "./signed-attempts.ts";
import type { Signer } from "./signer.ts";
import { createTransactionLog, type Fence, type Flight, type SignedTransaction } from "./transaction-log.ts";

export type { ContractCall, TransactionKind } from "./contract-call.ts";
export type { Finished } from "./finished.ts";
export type { SenderLimits } from "./sender-context.ts";

export interface TransactionSenderOptions {
  outbox: Outbox;
  client: PublicClient;
  /** Its nonces are this sender's alone. */
  account: Signer;
  chainId: number;
  kinds: Readonly<Record<string, TransactionKind>>;
  limits: SenderLimits;
  fault: Fault;
  logger: Logger;
  metrics?: Metrics;
  /** Throws when this process may no longer write; runs in every transaction that does. */
  fence?: Fence;
}

export interface AdvanceOptions {
  /** Once it aborts, nothing further is begun. */
  signal?: AbortSignal | undefined;
  /** False while draining: what is signed comes to its end, nothing new is signed. */
  startNew?: boolean;
}

/** How far the chain is: newest executed epoch, and newest that no reorganisation can undo. */
export interface Reached {
  latest: bigint;
  finalized: bigint;
}

/** Filecoin's last resort for finality. */
const MAX_CONFIRMATIONS = 900n;
/** Filecoin refuses larger messages; a kilobyte is left for what is not calldata. */
const MAX_CALLDATA_BYTES = 63 * 1024;
/** Until a call that is too dear is priced again. */
const PRICE_AGAIN_MS = 30_000;

/** Simulates, signs, stores, broadcasts and follows the transactions of one key, each exactly once, nonces in order. */
export function createTransactionSender(options: TransactionSenderOptions) {
  const { outbox, client, account, limits, kinds, fault, logger, metrics = createMetrics() } = options;
  if (limits.confirmations > MAX_CONFIRMATIONS) {
    throw new RangeError(
      `${limits.confirmations} confirmations; more than ${MAX_CONFIRMATIONS} are never needed.`,
    );
  }
  const log = createTransactionLog(outbox.db, account.address, options.fence ?? (async () => {}));
  const context: SenderContext = { ...options, metrics, log };
  const attempts = createAttempts(context);
  const receipts = createReceipts(context);
  const names = Object.keys(kinds);
  let pauses: readonly Pause[] = [];
  measureIntents(outbox.db, metrics);

  /** One round over everything unfinished. Never throws for what a node says. */
  async function advance(
    reached: Reached,
    { signal, startNew = true }: AdvanceOptions = {},
  ): Promise<Finished[]> {
    const finished: Finished[] = [];
    const flights = await log.flights();
    const round = await openRound(reached, flights);
    if (round === undefined) return finished;
    let isOpen = true;
    const note = ({ finished: one, isBlocked = false }: Progress) => {
      if (one !== undefined) finished.push(one);
      if (isBlocked) isOpen = false;
    };
    for (const flight of flights) {
      if (signal?.aborted) return finished;
      note(await follow(flight, round, isOpen));
    }
    const unmined = flights.filter(({ nonce }) => nonce >= round.account.mined).length;
    const free = limits.maxInFlight - unmined;
    // An account without money fails every call: no intent's tries are spent on that.
    const isFunded = round.account.balance > 0n && round.account.balance >= limits.minBalance;
    const due = startNew && isOpen && free > 0 && isFunded ? await outbox.due(names, free) : [];
    for (const intent of due) {
      // A gap would block every later transaction, so nothing is signed while an earlier one is not before a node.
      if (signal?.aborted || !isOpen) break;
      note(await begin(intent, round));
    }
    publish(round, flights);
    return finished;
  }

  /** Undefined when the node does not answer. */
  async function openRound(
    { latest, finalized }: Reached,
    flights: readonly Flight[],
  ): Promise<Round | undefined> {
    let state: AccountState;
    try {
      state = await readAccount(client, account.address);
    } catch (error) {
      logger.warn({ epoch: latest, error: textOf(error) }, "no answer about the account");
      return undefined;
    }
    let budget: Promise<OpenBudget> | undefined;
    return {
      ...{ latest, finalized, account: state, pauses: new Map() },
      budget: () => (budget ??= openBudget(log, limits, latest, state, flights)),
    };
  }

  /** Signed bytes: looks for their receipt, else keeps them before a node. */
  async function follow(flight: Flight, round: Round, isOpen: boolean): Promise<Progress> {
    const { intent, nonce, latest } = flight;
    if (nonce < round.account.mined) return receipts.harvest(flight, round);
    // Nothing is mined there, or no longer.
    await log.seen(outbox.db, flight);
    if (intent.state === "stolen") await log.setState(intent.id, "sent", null);
    if (!isOpen) return BLOCKED;
    const { acceptedEpoch } = latest;
    const isStuck =
      acceptedEpoch !== null && (await waitedFor(flight, acceptedEpoch, round)) >= limits.stuckAfter;
    const raised = isStuck && intent.state !== "stuck" ? await raise(flight, round) : undefined;
    if (raised !== undefined) return raised;
    // A node may have dropped what it had accepted.
    if (acceptedEpoch !== null && nonce < round.account.known) return WAITING;
    const sent = await send(intent, latest, round);
    return sent.mustBeRebuilt ? ((await raise(flight, round)) ?? BLOCKED) : sent;
  }

  /** Epochs in which it could have been mined: it was before a node, and no lower nonce was in its way. */
  async function waitedFor({ nonce }: Flight, acceptedEpoch: number, { account: { mined }, latest }: Round) {
    if (nonce > mined) return 0n;
    const freeSince = await log.minedEpochOf(nonce - 1);
    return latest - BigInt(Math.max(acceptedEpoch, freeSince));
  }

  async function send(
    intent: StoredIntent,
    transaction: SignedTransaction,
    round: Round,
  ): Promise<Progress & { mustBeRebuilt?: boolean }> {
    const answer = await attempts.broadcast(intent, transaction, round);
    if (answer.kind === "rebuild") return { isBlocked: true, mustBeRebuilt: true };
    if (answer.kind !== "refused") return WAITING;
    const isOld = round.latest - BigInt(transaction.signedEpoch) >= limits.stuckAfter;
    if (answer.isFatal || isOld) {
      round.pauses.set(
        "broadcast",
        pause("broadcast", `the node refuses ${transaction.hash}: ${answer.text}`),
      );
    }
    return BLOCKED;
  }

  /** A higher fee; undefined when there is to be none, or none now. */
  async function raise(flight: Flight, round: Round): Promise<Progress | undefined> {
    const { intent, latest, nonce } = flight;
    const replacement = await attempts.replace(flight, round);
    if ("transaction" in replacement) return send(intent, replacement.transaction, round);
    if ("stuck" in replacement && latest.acceptedEpoch === null) {
      const text = `no node takes ${latest.hash} at nonce ${nonce}, and ${replacement.stuck}`;
      round.pauses.set("broadcast", pause("broadcast", text));
    }
    if ("stuck" in replacement && intent.state !== "stuck" && OPEN_STATES.includes(intent.state)) {
      const error = `${latest.hash} at nonce ${nonce} is stuck: ${replacement.stuck}`;
      await log.setState(intent.id, "stuck", error);
      const finished = reportFinished(logger, intent, "parked", { error });
      return { finished, isBlocked: latest.acceptedEpoch === null };
    }
    if ("pause" in replacement) round.pauses.set(replacement.pause.reason, replacement.pause);
    if ("error" in replacement)
      logger.warn(
        { intentId: intent.id, key: intent.key, epoch: round.latest, error: replacement.error },
        "fee not raised",
      );
    return undefined;
  }

  /** A new intent: simulate, then sign and store, then send. */
  async function begin(intent: StoredIntent, round: Round): Promise<Progress> {
    const kind = kindOf(context, intent);
    let call: ContractCall;
    let data: Hex;
    try {
      call = kind.call(decodePayload(intent.payload));
      data = encodeCall(call);
    } catch (error) {
      return fail(intent, round, `it cannot be encoded: ${textOf(error)}`);
    }
    const bytes = (data.length - 2) / 2;
    if (bytes > MAX_CALLDATA_BYTES)
      return fail(intent, round, `${bytes} bytes of calldata do not fit a message`);
    let terms: Terms;
    try {
      await simulate(client, account.address, call);
      terms = await attempts.termsOf(call, data);
    } catch (error) {
      return refused(intent, kind, round, error);
    }
    fault("simulate:after");
    const cost = terms.gas * terms.maxFeePerGas;
    const budget = await round.budget();
    const held = budget.refuses(cost);
    if (held !== undefined) {
      round.pauses.set(held.reason, held);
      if (held.reason !== "transaction") return BLOCKED;
      await outbox.hold(intent.id, held.message, PRICE_AGAIN_MS);
      return WAITING;
    }
    // The chain's count, not the mempool's: another's pending transaction may never be mined, and leave a gap before ours.
    const nonce = Math.max(round.account.mined, (await log.highestNonce()) + 1);
    fault("nonce:after");
    const transaction = await attempts.sign(intent.id, nonce, terms, round.latest);
    fault("sign:after");
    const finality = kind.finality ?? "final";
    const requiredDepth = finality === "final" ? limits.confirmations : 0n;
    if (!(await log.assign(transaction, cost, { finality, requiredDepth }))) return WAITING;
    fault("persist:after");
    budget.spend(cost);
    return send({ ...intent, state: "signed" }, transaction, round);
  }

  /** The simulation failed: for good, for now, or because there is no node. */
  async function refused(
    intent: StoredIntent,
    kind: TransactionKind,
    round: Round,
    error: unknown,
  ): Promise<Progress> {
    const revert = revertOf(error);
    if (revert !== undefined) metrics.reverts.inc({ error: revert.name ?? "unnamed" });
    if (revert?.name !== undefined && !kind.transient?.includes(revert.name)) {
      return fail(intent, round, revert.text);
    }
    const text = revert?.text ?? textOf(error);
    logger.warn(
      { intentId: intent.id, key: intent.key, epoch: round.latest, error: text },
      "transaction postponed",
    );
    // Silence says nothing about the intent, and none of its tries is spent on it.
    if (isSilence(error)) return BLOCKED;
    const outcome = await outbox.postpone(intent.id, round.latest, text);
    if (outcome === "postponed") return WAITING;
    return { finished: reportFinished(logger, intent, "parked", { error: text }) };
  }

  async function fail(intent: StoredIntent, { latest }: Round, error: string): Promise<Progress> {
    await log.fenced((within) => outbox.finish(within, intent.id, latest, { error }));
    return { finished: reportFinished(logger, intent, "failed", { error }) };
  }

  function publish({ account: { balance }, pauses: held, latest }: Round, flights: readonly Flight[]): void {
    if (balance === 0n || balance < limits.minBalance) {
      const text =
        balance === 0n
          ? `${account.address} has no FIL, or never received any`
          : `${balance} attoFIL are left, minBalance is ${limits.minBalance}`;
      held.set("balance", pause("balance", text));
    }
    pauses = [...held.values()];
    for (const { reason, message } of pauses) logger.error({ reason, epoch: latest }, message);
    for (const reason of PAUSE_REASONS) metrics.paused.set({ reason }, held.has(reason) ? 1 : 0);
    metrics.noncePending.set(flights.length);
    metrics.balanceFil.set(Number(balance) / 1e18);
  }

  return {
    advance,
    /** Why transactions are held back, as of the last round; empty when none are. */
    paused: () => pauses,
  };
}

export type TransactionSender = ReturnType<typeof createTransactionSender>;
