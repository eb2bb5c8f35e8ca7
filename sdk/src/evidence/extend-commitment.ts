import type { Hex } from "viem";
import { onEvidence } from "../actions/contracts.ts";

export interface ExtendCommitmentParameters {
  /** The miner's actor id. */
  miner: bigint;
  /** The sector's number. */
  sector: bigint;
  /** Where the sector is: `location` of `lookAtSector`. */
  location: Hex;
}

const action = onEvidence.write(
  "extendCommitment",
  ({ miner, sector, location }: ExtendCommitmentParameters) => [miner, sector, location],
  { event: ["EvidenceCommitmentExtended", "EvidenceSkipped"] },
);

/**
 * Refreshes a sector and takes its later expiration as the commitment. Anyone may. Tells EvidenceCommitmentExtended, or
 * EvidenceSkipped with the reason (`SKIP_REASONS`).
 * @returns the transaction's hash
 * @throws ActionError
 */
export const extendCommitment = action.send;

/** {@link extendCommitment}, waited for: the receipt, what came of it, and all that the contract told. @throws ActionError */
export const extendCommitmentSync = action.sync;
export type ExtendCommitmentSyncReturnType = Awaited<ReturnType<typeof extendCommitmentSync>>;

/** The call of {@link extendCommitment}, to batch or to simulate. */
export const extendCommitmentCall = action.call;

/** The EvidenceCommitmentExtended or EvidenceSkipped of {@link extendCommitment} in a receipt. @throws EventMissingError */
export const extractExtendCommitmentEvent = action.extract;
