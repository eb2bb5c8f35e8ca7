import { paddedSizeOf } from "../dataset/piece-cid.ts";
import type { OfferTerms } from "../providers/offer-terms.ts";

export interface QuoteDealParameters {
  /** The offer's terms: `terms` of `getOffer`, or of `getOfferTerms`. */
  terms: Pick<OfferTerms, "ratePerTib" | "bondPerTib" | "notice" | "exitFeeEpochs" | "reservationFeeEpochs">;
  /** Of which only the height matters. */
  pieces: readonly { height: number }[];
  /** Epochs that the provider has for sealing. */
  sealingWindow: bigint;
  /** Epochs of service after that. */
  duration: bigint;
}

/** What a deal costs and locks. Token units, unless said otherwise. */
export interface DealQuote {
  /** Per piece, an epoch. */
  rates: bigint[];
  /** Their sum. */
  rate: bigint;
  /** Epochs of the rate that stay locked: the notice, and until all is sealed the sealing window. */
  lockupPeriod: bigint;
  /** What that locks: rate * lockupPeriod. */
  streamLockup: bigint;
  /** Paid at once, whatever follows. */
  reservationFee: bigint;
  /** Locked as long as the deal runs: more than this leaving early never costs. */
  exitFeeCap: bigint;
  /** What is locked once the deal is proposed and the reservation fee is paid. */
  lockup: bigint;
  /** What the payer's account must have available for proposing: `lockup` and the reservation fee. */
  funds: bigint;
  /** What the deal can cost at most if nobody leaves: every epoch proven, from its proposal on, and the fee. */
  greatestCost: bigint;
  /** What the provider stakes, attoFIL. */
  bond: bigint;
  /**
   * What the deal takes of the operator's approval on Filecoin Pay: `setOperatorApproval`. Rates and lockups of several
   * deals add up; the allowance of the reservation fee is spent with it.
   */
  allowances: {
    rateAllowance: bigint;
    lockupAllowance: bigint;
    /** Epochs. */
    maxLockupPeriod: bigint;
  };
}

/** What proposing these pieces on these terms costs and locks: the numbers of `StorageDeals.propose`. */
export function quoteDeal({ terms, pieces, sealingWindow, duration }: QuoteDealParameters): DealQuote {
  const rates = pieces.map(({ height }) => shareOf(terms.ratePerTib, height));
  const rate = sum(rates);
  const lockupPeriod = BigInt(terms.notice) + sealingWindow;
  const streamLockup = rate * lockupPeriod;
  const reservationFee = rate * BigInt(terms.reservationFeeEpochs);
  const exitFeeCap = rate * BigInt(terms.exitFeeEpochs);
  const lockup = streamLockup + exitFeeCap;
  const funds = lockup + reservationFee;
  return {
    rates,
    rate,
    lockupPeriod,
    streamLockup,
    reservationFee,
    exitFeeCap,
    lockup,
    funds,
    greatestCost: rate * (sealingWindow + duration) + reservationFee,
    bond: sum(pieces.map(({ height }) => shareOf(terms.bondPerTib, height))),
    // Pay takes the fee off the allowance for good: what is left still has to cover the lockup.
    allowances: { rateAllowance: rate, lockupAllowance: funds, maxLockupPeriod: lockupPeriod },
  };
}

const TIB_SHIFT = 40n;

/** What one piece takes of an amount that is stated per TiB, rounded up (shareOf in IProviderRegistry.sol). */
function shareOf(perTib: bigint, height: number): bigint {
  return (perTib * BigInt(paddedSizeOf(height)) + (1n << TIB_SHIFT) - 1n) >> TIB_SHIFT;
}

function sum(amounts: bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
