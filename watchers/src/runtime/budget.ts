import type { AccountState } from "./account-state.ts";
import { type Flight, maxCostOf, type TransactionLog } from "./transaction-log.ts";

/** What may be spent on fees, in attoFIL. */
export interface BudgetLimits {
  /** On one transaction. */
  maxTransactionCost: bigint;
  /** Within 120 epochs. */
  maxHourlyCost: bigint;
  /** Within 2,880 epochs. */
  maxDailyCost: bigint;
  /** What the account keeps. */
  minBalance: bigint;
}

/** Why transactions are held back. `transaction` holds only the one, the others hold all that is not signed yet. */
export type PauseReason = "transaction" | "hour" | "day" | "balance" | "broadcast";

export const PAUSE_REASONS: readonly PauseReason[] = ["transaction", "hour", "day", "balance", "broadcast"];

export interface Pause {
  reason: PauseReason;
  /** With figures, and what to do. */
  message: string;
}

const HOUR = 120n;
const DAY = 2880n;

type Signed = Awaited<ReturnType<TransactionLog["signedSince"]>>[number];

/** The budget as it stands at an epoch. What is not final counts with all that it may cost. */
export async function openBudget(
  log: TransactionLog,
  limits: BudgetLimits,
  head: bigint,
  { balance, mined }: AccountState,
  flights: readonly Flight[],
) {
  const signed = await log.signedSince(head - DAY);
  let [hour, day] = [spent(signed, head - HOUR), spent(signed, head - DAY)];
  const unmined = flights.filter(({ nonce }) => nonce >= mined);
  let reserved = unmined.reduce((sum, { latest }) => sum + maxCostOf(latest), 0n);

  return {
    /** Why a transaction may not be signed now; `replaces`: what the one may cost whose nonce it takes. */
    refuses(cost: bigint, replaces = 0n): Pause | undefined {
      const more = cost - replaces;
      const { maxTransactionCost, maxHourlyCost, maxDailyCost, minBalance } = limits;
      if (cost > maxTransactionCost) {
        return pause(
          "transaction",
          `it may cost ${cost} attoFIL, more than maxTransactionCost, ${maxTransactionCost}`,
        );
      }
      if (hour + more > maxHourlyCost) {
        return pause(
          "hour",
          `${hour} attoFIL went on fees in 120 epochs, ${more} more pass maxHourlyCost, ${maxHourlyCost}`,
        );
      }
      if (day + more > maxDailyCost) {
        return pause(
          "day",
          `${day} attoFIL went on fees in 2880 epochs, ${more} more pass maxDailyCost, ${maxDailyCost}`,
        );
      }
      if (balance - reserved - more < minBalance) {
        const free = balance - reserved;
        return pause(
          "balance",
          `${free} attoFIL are free, ${more} are needed and ${minBalance} stay (minBalance)`,
        );
      }
      return undefined;
    },
    /** It is signed. */
    spend(cost: bigint, replaces = 0n): void {
      const more = cost - replaces;
      hour += more;
      day += more;
      reserved += more;
    },
  };
}

export type OpenBudget = Awaited<ReturnType<typeof openBudget>>;

const NEXT: Record<PauseReason, string> = {
  transaction: "wait for a lower base fee, or raise the limit",
  hour: "find out what needs so many transactions; wait, or raise the limit",
  day: "find out what needs so many transactions; wait, or raise the limit",
  balance: "send FIL to the account",
  broadcast: "look at the intent that is not accepted, and at the node",
};

export function pause(reason: PauseReason, what: string): Pause {
  return { reason, message: `${what}; ${NEXT[reason]}` };
}

/** By nonce, since only one of its attempts is ever mined; the newest costs most. */
function spent(signed: readonly Signed[], since: bigint): bigint {
  const recent = signed.filter(({ signedEpoch }) => BigInt(signedEpoch) > since);
  let sum = 0n;
  for (const attempts of Map.groupBy(recent, ({ nonce }) => nonce).values()) {
    const paid = attempts.find(({ fee }) => fee !== null)?.fee;
    const open = attempts.findLast(({ live }) => live === 1);
    if (typeof paid === "string") sum += BigInt(paid);
    else if (open !== undefined) sum += maxCostOf(open);
  }
  return sum;
}
