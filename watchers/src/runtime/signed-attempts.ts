import { type Address, type Hex, keccak256 } from "viem";
import type { Pause } from "./budget.ts";
import { classifySendError, textOf } from "./classify-send-error.ts";
import { type ContractCall, encodeCall } from "./contract-call.ts";
import { costCeiling, type Fees, gasHeadroomPercent, gasLimit, quoteFees, replacementFees } from "./fees.ts";
import type { StoredIntent } from "./outbox.ts";
import { decodePayload } from "./payload.ts";
import { kindOf, type Round, type SenderContext } from "./sender-context.ts";
import { type Flight, maxCostOf, type SignedTransaction } from "./transaction-log.ts";

/** What a node said of signed bytes; `refused`: it has them not, and may later. */
export type Answer =
  | { kind: "accepted" }
  | { kind: "taken" }
  | { kind: "rebuild" }
  | { kind: "refused"; text: string; isFatal: boolean };

/** A replacement; or why there is none: for now (`pause`, `error`), or until a person says go on (`stuck`). */
export type Replacement =
  | { transaction: SignedTransaction }
  | { pause: Pause }
  | { error: string }
  | { stuck: string };

/** What a transaction is made of, before its nonce. */
export interface Terms extends Fees {
  to: Address;
  data: Hex;
  gas: bigint;
}

/** A replacement that changed nothing so often is left to a person. */
const MAX_BUMPS = 6;

/** Makes signed bytes, and brings them before a node. */
export function createAttempts(context: SenderContext) {
  const { client, account, chainId, limits, log, fault, logger, metrics } = context;
  let headroom: bigint | undefined;

  /** What the call needs, at the prices of now. */
  async function termsOf(call: ContractCall, data: Hex): Promise<Terms> {
    const [gas, fees] = await Promise.all([gasOf(call, data), quoteFees(client)]);
    return { to: call.address, data, gas, ...fees };
  }

  async function gasOf({ address: to }: ContractCall, data: Hex): Promise<bigint> {
    headroom ??= await gasHeadroomPercent(client);
    return gasLimit(await client.estimateGas({ account: account.address, to, data }), headroom);
  }

  async function sign(
    intentId: number,
    nonce: number,
    terms: Terms,
    head: bigint,
  ): Promise<SignedTransaction> {
    const raw = await account.signTransaction({ ...terms, nonce, chainId, type: "eip1559" });
    return {
      ...{ hash: keccak256(raw), intentId, account: account.address, nonce, raw, signedEpoch: Number(head) },
      ...{ gas: terms.gas.toString(), maxFeePerGas: terms.maxFeePerGas.toString() },
      maxPriorityFeePerGas: terms.maxPriorityFeePerGas.toString(),
    };
  }

  async function broadcast(
    intent: StoredIntent,
    { hash, raw }: SignedTransaction,
    { latest }: Round,
  ): Promise<Answer> {
    fault("broadcast:before");
    let refusal: unknown;
    try {
      await client.sendRawTransaction({ serializedTransaction: raw as Hex });
    } catch (error) {
      refusal = error;
    }
    fault("broadcast:after");
    if (refusal !== undefined) {
      const kind = classifySendError(refusal);
      const text = textOf(refusal);
      logger.warn(
        { intentId: intent.id, key: intent.key, txHash: hash, kind, epoch: latest, error: text },
        "broadcast answered",
      );
      await log.note(intent.id, text);
      if (kind === "taken" || kind === "rebuild") return { kind };
      const mayBeThere = kind === "accepted" || kind === "unknown";
      if (!mayBeThere || !(await isKnown(hash as Hex))) {
        return { kind: "refused", text, isFatal: kind === "fatal" };
      }
    }
    await log.accepted(intent, hash, latest);
    logger.info({ intentId: intent.id, key: intent.key, txHash: hash, epoch: latest }, "transaction sent");
    fault("accept:after");
    return { kind: "accepted" };
  }

  async function isKnown(hash: Hex): Promise<boolean> {
    try {
      await client.getTransaction({ hash });
      return true;
    } catch {
      // Not there, or no answer: either way the same bytes are sent again.
      return false;
    }
  }

  /** The same call at the same nonce for at least 125 % of both fees, durable before it is sent. */
  async function replace({ intent, nonce, latest: last }: Flight, round: Round): Promise<Replacement> {
    if (intent.bumps >= MAX_BUMPS) return { stuck: `not mined after ${MAX_BUMPS} replacements` };
    const lastCost = maxCostOf(last);
    const firstQuote = BigInt(intent.quotedCost ?? lastCost);
    const ceiling = costCeiling(firstQuote, limits.maxTransactionCost);
    const call = kindOf(context, intent).call(decodePayload(intent.payload));
    const data = encodeCall(call);
    let now: Fees;
    try {
      now = await quoteFees(client);
    } catch (error) {
      return { error: textOf(error) };
    }
    // It may revert by now; the nonce has to be used up all the same.
    const estimate = await gasOf(call, data).catch(() => 0n);
    const gas = estimate > BigInt(last.gas) ? estimate : BigInt(last.gas);
    const before = {
      maxFeePerGas: BigInt(last.maxFeePerGas),
      maxPriorityFeePerGas: BigInt(last.maxPriorityFeePerGas),
    };
    const fees = replacementFees(before, now, gas, ceiling);
    if (fees === undefined) return { stuck: `a replacement would cost more than ${ceiling} attoFIL` };
    const cost = gas * fees.maxFeePerGas;
    const budget = await round.budget();
    const pause = budget.refuses(cost, lastCost);
    if (pause !== undefined) return { pause };
    const transaction = await sign(intent.id, nonce, { to: call.address, data, gas, ...fees }, round.latest);
    await log.replace(transaction, firstQuote);
    budget.spend(cost, lastCost);
    metrics.bumps.inc();
    fault("replace:after");
    return { transaction };
  }

  return { termsOf, sign, broadcast, replace };
}
