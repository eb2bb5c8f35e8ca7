import { type DealQuote, type QuoteDealParameters, quoteDeal } from "../deals/quote-deal.ts";
import type { GetAccountReturnType } from "./get-account.ts";
import type { GetOperatorApprovalReturnType } from "./get-operator-approval.ts";
import { type Runway, runwayOf } from "./runway.ts";

export interface PlanFundingParameters {
  /** The payer's account in the offers' token: `getAccount`. */
  account: GetAccountReturnType;
  /** What the payer allows StorageDeals in that token: `getOperatorApproval`. */
  approval: GetOperatorApprovalReturnType;
  /** The epoch in which the proposals are to land. What the account streams until then is gone by then. */
  epoch: bigint;
  /** The terms of one offer for every copy, all in one token: `terms` of `getOffer`. */
  offers: readonly QuoteDealParameters["terms"][];
  /** What every copy consists of. More than one deal holds are several deals; that costs the same. */
  pieces: QuoteDealParameters["pieces"];
  /** Epochs that providers have for sealing. */
  sealingWindow: bigint;
  /** Epochs of service after that. */
  duration: bigint;
  /** How many epochs later than planned everything may happen: proposals, pokes, the end. Default 0. */
  margin?: bigint;
  /** What is to be deposited, for the runway that is told. Default: what it takes up to the term's end. */
  deposit?: bigint;
}

/** What copies take of their payer. Token units, unless said otherwise. */
export interface FundingPlan {
  /** Of each copy, in the order of the offers. */
  quotes: DealQuote[];
  /** What the copies add to the account's rate, an epoch. */
  rate: bigint;
  /** What they lock once proposed: notice and sealing window of the rate, and the exit fees. It comes back at the end. */
  lockup: bigint;
  /** Of `lockup`: what leaving would cost at most. */
  exitFees: bigint;
  /** Paid at once, whatever follows. */
  reservationFees: bigint;
  /** What the rails pay at most until the term's end: every epoch from the proposals on. */
  streamed: bigint;
  /** What Filecoin Pay keeps of both, 1/200 of every payment rounded up: at least this. The providers bear it. */
  networkFee: bigint;
  /** What to deposit, on top of what is in the account. */
  deposit: {
    /** The least with which every proposal is accepted. */
    toPropose: bigint;
    /**
     * The least with which the account is funded up to the term's end, its other streams as well. Deals have to be poked
     * by sealBy, which frees the sealing window's lockup, and at their end: watchers do.
     */
    toKeep: bigint;
  };
  /** The epoch in which the term ends. */
  endEpoch: bigint;
  /** What to pass to `setOperatorApproval`: never less than what is allowed already. */
  allowances: DealQuote["allowances"];
  /** Whether the approval already is at least that. */
  approvalSuffices: boolean;
  /** The account's runway as of `epoch`. */
  runway: {
    /** Without the copies and without a deposit. */
    before: Runway;
    /** With the deposit, once they are proposed. */
    proposed: Runway;
    /** Once they are sealed and poked. */
    sealed: Runway;
  };
}

/** Filecoin Pay's share of every payment is one in so many, rounded up. */
const NETWORK_FEE_DENOMINATOR = 200n;

/**
 * What to deposit, and what to allow StorageDeals, for one copy with each of these offers. Pure: `getFundingPlan` reads
 * what it needs.
 */
export function planFunding(parameters: PlanFundingParameters): FundingPlan {
  const { account, approval, epoch, offers, pieces, sealingWindow, duration } = parameters;
  const quotes = offers.map((terms) => quoteDeal({ terms, pieces, sealingWindow, duration }));
  const total = (amount: (quote: DealQuote) => bigint) =>
    quotes.reduce((sum, quote) => sum + amount(quote), 0n);

  const rate = total((quote) => quote.rate);
  const lockup = total((quote) => quote.lockup);
  const funds = total((quote) => quote.funds);
  const streamed = rate * (sealingWindow + duration);
  const reservationFees = total((quote) => quote.reservationFee);
  const before = runwayOf(account, epoch);

  // What the account has to hold beside its present lockups: at sealBy, when the window's lockup is freed at the latest,
  // and at the term's end.
  const freed = rate * sealingWindow;
  const bySealing = funds + (before.rate + rate) * sealingWindow;
  const byTheEnd = funds - freed + (before.rate + rate) * (sealingWindow + duration);
  const late = (before.rate + rate) * (parameters.margin ?? 0n);
  const short = (amount: bigint) => max(0n, amount + late - before.free);

  const allowances = {
    rateAllowance: max(approval.rateAllowance, approval.rateUsage + rate),
    lockupAllowance: max(approval.lockupAllowance, approval.lockupUsage + funds),
    maxLockupPeriod: quotes.reduce(
      (period, quote) => max(period, quote.lockupPeriod),
      approval.maxLockupPeriod,
    ),
  };
  const deposit = { toPropose: short(funds), toKeep: short(max(bySealing, byTheEnd)) };
  const proposed = {
    funds: account.funds + (parameters.deposit ?? deposit.toKeep) - reservationFees,
    lockupCurrent: account.lockupCurrent + before.rate * (epoch - account.lockupLastSettledAt) + lockup,
    lockupRate: before.rate + rate,
    lockupLastSettledAt: epoch,
  };
  const sealed = { ...proposed, lockupCurrent: proposed.lockupCurrent - freed };
  return {
    ...{ quotes, rate, lockup, reservationFees, streamed, deposit, allowances },
    exitFees: total((quote) => quote.exitFeeCap),
    networkFee: (streamed + reservationFees + NETWORK_FEE_DENOMINATOR - 1n) / NETWORK_FEE_DENOMINATOR,
    endEpoch: epoch + sealingWindow + duration,
    approvalSuffices:
      approval.isApproved &&
      allowances.rateAllowance === approval.rateAllowance &&
      allowances.lockupAllowance === approval.lockupAllowance &&
      allowances.maxLockupPeriod === approval.maxLockupPeriod,
    runway: { before, proposed: runwayOf(proposed, epoch), sealed: runwayOf(sealed, epoch) },
  };
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
