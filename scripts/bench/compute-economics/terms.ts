import { parseEther } from "viem";
import type { Terms } from "./outcomes.ts";

const QUORUM = { m: 2, n: 3, coordinatorBps: 0n };

/** Defaults, by network; prices are in units of the greatest price of a slot. `delay`: epochs that a challenge can cost. */
export const DEFAULTS: Record<string, Terms & { readonly delay: number }> = {
  demo: {
    ...QUORUM,
    ...{ price: parseEther("1"), stake: parseEther("6"), arbiterFee: parseEther("0.5") },
    ...{ challengeBond: parseEther("0.75"), auditBps: 2_000n, delay: 20 + 150 },
  },
  calibration: {
    ...QUORUM,
    ...{ price: parseEther("1"), stake: parseEther("6"), arbiterFee: parseEther("0.5") },
    ...{ challengeBond: parseEther("0.75"), auditBps: 2_000n, delay: 20 + 3 * 60 + 120 },
  },
  mainnet: {
    ...QUORUM,
    ...{ price: parseEther("1"), stake: parseEther("12"), arbiterFee: parseEther("0.5") },
    ...{ challengeBond: parseEther("0.75"), auditBps: 1_000n, delay: 20 + 3 * 60 + 5_760 },
  },
};
