import type { Hex } from "viem";
import { onPanelArbiter } from "../actions/contracts.ts";

export interface GetRulingDigestParameters {
  /** From 1. */
  jobId: bigint;
  /** From 0. */
  task: number;
  /** From 0. */
  round: number;
  /** The right root, or one of `RULINGS`. */
  root: Hex;
}

/**
 * The EIP-712 digest that members of a PanelArbiter sign (`arbiterRulingTypedData`).
 * @throws ActionError
 */
export const getRulingDigest = onPanelArbiter.read(
  "rulingOf",
  ({ jobId, task, round, root }: GetRulingDigestParameters) => [jobId, task, round, root],
);
export type GetRulingDigestReturnType = Awaited<ReturnType<typeof getRulingDigest>>;
