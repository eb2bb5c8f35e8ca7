import type { PublicClient } from "viem";

/** attoFIL for a unit of gas. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** Filecoin's. */
export const BLOCK_GAS_LIMIT = 10_000_000_000n;

/** Above the base fee of now, for it may rise by 12.5 % an epoch. What is not needed is not paid. */
const BASE_FEE_HEADROOM = 2n;

/** What nodes ask of a replacement by default; Lotus's hard minimum is the second. */
const REPLACEMENT_PERCENT = 125n;
const LEAST_REPLACEMENT_PERCENT = 110n;

/** A replacement costs at most so many times what the first attempt could. */
const MAX_COST_GROWTH = 5n;

/** What to offer now. */
export async function quoteFees(client: PublicClient): Promise<Fees> {
  const [block, maxPriorityFeePerGas] = await Promise.all([
    client.getBlock({ blockTag: "latest" }),
    client.estimateMaxPriorityFeePerGas(),
  ]);
  const maxFeePerGas = (block.baseFeePerGas ?? 0n) * BASE_FEE_HEADROOM + maxPriorityFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas };
}

/**
 * Percent of an estimate to give as gas limit. Filecoin's nodes have multiplied by 1.25 before they answer
 * (GasLimitOverestimation of Lotus; Forest and Venus alike), and gas beyond 110 % of what is used burns FIL, so theirs
 * stands; EVM nodes answer with the bare estimate.
 */
export async function gasHeadroomPercent(client: PublicClient): Promise<bigint> {
  const version = await client.request({ method: "web3_clientVersion" });
  return /hardhat|edr|anvil|geth|reth|besu|nethermind|erigon/i.test(version) ? 125n : 100n;
}

export function gasLimit(estimate: bigint, headroomPercent: bigint): bigint {
  const gas = (estimate * headroomPercent) / 100n;
  return gas < BLOCK_GAS_LIMIT ? gas : BLOCK_GAS_LIMIT;
}

/** attoFIL that a replacement may cost at most. */
export function costCeiling(firstQuote: bigint, maxTransactionCost: bigint): bigint {
  return least(firstQuote * MAX_COST_GROWTH, maxTransactionCost);
}

/**
 * Fees for the same nonce: both at least 125 % of the last, or as high as they stand now. Undefined when `gas` at that
 * price would cost more than `ceiling`.
 */
export function replacementFees(last: Fees, now: Fees, gas: bigint, ceiling: bigint): Fees | undefined {
  const affordable = ceiling / gas;
  const tip = raised(last.maxPriorityFeePerGas);
  const fee = greatest(raised(last.maxFeePerGas), tip);
  if (fee > affordable) return undefined;
  const maxFeePerGas = least(greatest(fee, now.maxFeePerGas), affordable);
  const maxPriorityFeePerGas = least(greatest(tip, now.maxPriorityFeePerGas), maxFeePerGas);
  const next = { maxFeePerGas, maxPriorityFeePerGas };
  assertReplaces(last, next);
  return next;
}

/** Nodes refuse less than 110 % of either fee: to sign it would be to sign a dud. */
function assertReplaces(last: Fees, next: Fees): void {
  for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
    if (next[fee] * 100n < last[fee] * LEAST_REPLACEMENT_PERCENT || next[fee] <= last[fee]) {
      throw new RangeError(`A replacement with a ${fee} of ${next[fee]} after ${last[fee]}: below 110 %.`);
    }
  }
}

/** 125 %, rounded up, and one more: Lotus compares with a minimum that is rounded down and then raised by one. */
function raised(fee: bigint): bigint {
  return (fee * REPLACEMENT_PERCENT + 99n) / 100n + 1n;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
