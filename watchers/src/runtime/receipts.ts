import { formatEther, type Hex, type TransactionReceipt } from "viem";
import { MAX_TRYING_EPOCHS } from "./backoff.ts";
import { textOf } from "./classify-send-error.ts";
import { isSilence, revertOf, simulate } from "./contract-call.ts";
import { OPEN_STATES } from "./database.ts";
import { reportFinished } from "./finished.ts";
import { findNonceUser } from "./nonce-user.ts";
import type { Outcome } from "./outbox.ts";
import { decodePayload } from "./payload.ts";
import { kindOf, type Progress, type Round, type SenderContext, WAITING } from "./sender-context.ts";
import { type Flight, hasOutcome, type StoredTransaction } from "./transaction-log.ts";

/** What becomes of transactions whose nonce is used. */
export function createReceipts(context: SenderContext) {
  const { outbox, log, client, account, limits, fault, logger, metrics } = context;
  /** By nonce, the epoch of another's transaction that has it. */
  const thefts = new Map<number, bigint>();

  /** The nonce of a flight is used, as far as the node knows: by whom, and is that for good? */
  async function harvest(flight: Flight, round: Round): Promise<Progress> {
    const { intent, attempts } = flight;
    const final = finalEpochFor(flight, round);
    const seen = attempts.find(({ minedEpoch }) => minedEpoch !== null)?.minedEpoch;
    const isWaitingForFinality = intent.finality === "final" || !OPEN_STATES.includes(intent.state);
    if (seen !== undefined && seen !== null && BigInt(seen) > final && isWaitingForFinality) return WAITING;
    let receipt: TransactionReceipt | undefined;
    try {
      receipt = await receiptOf(attempts);
    } catch (error) {
      logger.warn(
        { intentId: intent.id, key: intent.key, epoch: round.latest, error: textOf(error) },
        "no answer about a transaction",
      );
      return WAITING;
    }
    if (receipt === undefined) return missing(flight, round, final);
    fault("receipt:after");
    if (intent.state === "stolen") await log.setState(intent.id, "sent", null);
    if (receipt.blockNumber <= final) return conclude(flight, receipt, round, true);
    if (intent.finality === "observe") return conclude(flight, receipt, round, false);
    await log.seen(outbox.db, flight, receipt);
    return WAITING;
  }

  /** The depth that was required when it was signed counts, whatever is configured now. */
  function finalEpochFor({ intent }: Flight, { latest, finalized }: Round): bigint {
    const depth = intent.finality === "final" ? BigInt(intent.requiredDepth ?? 0) : limits.confirmations;
    const deep = latest - depth;
    return deep > finalized ? deep : finalized;
  }

  /** Of any attempt: a replacement may lose to the original. */
  async function receiptOf(attempts: StoredTransaction[]): Promise<TransactionReceipt | undefined> {
    for (const { hash } of attempts.toReversed()) {
      try {
        return await client.getTransactionReceipt({ hash: hash as Hex });
      } catch (error) {
        // Whatever else a node answers is no receipt; of one that does not answer nothing follows.
        if (isSilence(error)) throw error;
      }
    }
    return undefined;
  }

  /** Writes the outcome down, and with it that the nonce is settled or where the receipt was seen. */
  async function conclude(
    flight: Flight,
    receipt: TransactionReceipt,
    { latest }: Round,
    isFinal: boolean,
  ): Promise<Progress> {
    const { intent, nonce, attempts } = flight;
    let outcome: Outcome;
    try {
      outcome = await outcomeOf(flight, receipt);
    } catch (error) {
      const { transactionHash: hash } = receipt;
      logger.error(
        {
          intentId: intent.id,
          key: intent.key,
          txHash: hash,
          epoch: receipt.blockNumber,
          error: textOf(error),
        },
        "a receipt lacks what it should hold; asked again",
      );
      return WAITING;
    }
    // An outcome that was observed before may have become another one in a reorganisation.
    const isNews = !hasOutcome(intent, outcome);
    const fee = receipt.gasUsed * receipt.effectiveGasPrice;
    if (isFinal) fault("final:before");
    await log.fenced(async (within) => {
      if (isNews) await outbox.finish(within, intent.id, latest, outcome);
      if (isFinal) await log.settle(within, nonce, receipt, fee);
      else await log.seen(within, flight, receipt);
    });
    fault(isFinal ? "final:after" : "observe:after");
    if (isFinal) {
      thefts.delete(nonce);
      metrics.feeSpentFil.inc(Number(formatEther(fee)));
      metrics.latencyEpochs.observe(Number(latest) - (attempts[0] as StoredTransaction).signedEpoch);
    }
    if (!isNews) return WAITING;
    return { finished: reportFinished(logger, intent, "error" in outcome ? "failed" : "done", outcome) };
  }

  async function outcomeOf({ intent }: Flight, receipt: TransactionReceipt): Promise<Outcome> {
    const payload = decodePayload(intent.payload);
    const kind = kindOf(context, intent);
    if (receipt.status === "success") {
      const evidence = { hash: receipt.transactionHash, epoch: receipt.blockNumber };
      return { result: { ...evidence, value: kind.extract(receipt, payload) } };
    }
    try {
      // Why it reverted, as far as the state before its epoch can still tell.
      await simulate(client, account.address, kind.call(payload), receipt.blockNumber - 1n);
    } catch (error) {
      return { error: revertOf(error)?.text ?? "reverted" };
    }
    return { error: "reverted" };
  }

  /**
   * No attempt has a receipt. A node that is behind, or that has forgotten old receipts, looks the same as a theft; so it
   * counts as one only when the chain shows the other transaction, and the intent gets a new nonce only when that is final.
   */
  async function missing(flight: Flight, { latest }: Round, final: bigint): Promise<Progress> {
    const { intent, nonce, attempts } = flight;
    const theft = thefts.get(nonce);
    if (theft !== undefined && theft > final) return WAITING;
    const signedEpoch = BigInt((attempts[0] as StoredTransaction).signedEpoch);
    let user: Awaited<ReturnType<typeof findNonceUser>>;
    try {
      user = await findNonceUser(client, account.address, nonce, signedEpoch, latest);
    } catch (error) {
      logger.warn(
        { intentId: intent.id, key: intent.key, nonce, epoch: latest, error: textOf(error) },
        "cannot tell whose transaction has the nonce",
      );
      return isSilence(error) ? WAITING : unanswered(flight, latest);
    }
    if (user === undefined || attempts.some(({ hash }) => hash === user.hash)) {
      logger.warn(
        { intentId: intent.id, key: intent.key, nonce, epoch: latest },
        "the nonce is used, and the node shows no receipt",
      );
      return unanswered(flight, latest);
    }
    const error = `nonce ${nonce} went to ${user.hash} in epoch ${user.epoch}, which is not ours`;
    if (user.epoch > final) {
      thefts.set(nonce, user.epoch);
      if (intent.state !== "stolen") {
        logger.error(
          { intentId: intent.id, key: intent.key, nonce, txHash: user.hash, epoch: user.epoch },
          "nonce stolen",
        );
        await log.setState(intent.id, "stolen", error);
      }
      return WAITING;
    }
    thefts.delete(nonce);
    await log.release(flight, error);
    metrics.nonceStolen.inc();
    logger.error(
      { intentId: intent.id, key: intent.key, nonce, txHash: user.hash, epoch: user.epoch },
      "nonce stolen for good; the intent gets another",
    );
    return WAITING;
  }

  /**
   * A node answers, but cannot say what became of a used nonce. After a day it is not behind: it has pruned. Only a person
   * can look further, or another node that keeps more; should that show the receipt, it still counts.
   */
  async function unanswered({ intent, nonce, attempts }: Flight, latest: bigint): Promise<Progress> {
    const signedEpoch = BigInt((attempts.at(-1) as StoredTransaction).signedEpoch);
    if (latest - signedEpoch < MAX_TRYING_EPOCHS) return WAITING;
    if (!OPEN_STATES.includes(intent.state)) {
      // What was observed, in an epoch that is final by now, stands.
      if (attempts.some(({ minedEpoch }) => minedEpoch !== null)) await log.forget(nonce);
      return WAITING;
    }
    const error =
      `nonce ${nonce} is used, and ${MAX_TRYING_EPOCHS} epochs after it was signed no node shows a receipt: such old ones ` +
      "may be pruned. Configure an endpoint that keeps them, or look what the chain did and skip the intent";
    if (intent.state === "stuck" && intent.error === error) return WAITING;
    await log.setState(intent.id, "stuck", error);
    return { finished: reportFinished(logger, intent, "parked", { error }) };
  }

  return { harvest };
}
