import { formatEther } from "viem";

/** Days of a month, as prices are told. */
const MONTH = 30n;

/** Tokens per TiB and month, for people, from units per TiB and epoch. */
export function monthlyPrice(ratePerTib: bigint, day: bigint): string {
  const price = formatEther(ratePerTib * MONTH * day);
  const [whole, fraction = ""] = price.split(".");
  // A rate is whole units an epoch: what is told is rounded to what a person can compare.
  return fraction.length > 6
    ? Number(price)
        .toFixed(6)
        .replace(/\.?0+$/, "") || "0"
    : [whole, fraction].filter(Boolean).join(".");
}

/** Units per TiB and epoch, from tokens per TiB and month. */
export function ratePerEpoch(monthly: bigint, day: bigint): bigint {
  return monthly / (MONTH * day);
}
