import { zeroHash } from "viem";

/** Shown where a permit will be once it is signed. */
export const UNSIGNED_PERMIT = { deadline: 0n, v: 0, r: zeroHash, s: zeroHash };
