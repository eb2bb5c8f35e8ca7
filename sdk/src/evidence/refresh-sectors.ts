import type { Hex } from "viem";
import { onEvidence } from "../actions/contracts.ts";

export interface RefreshSectorsParameters {
  /** The miner's actor id. */
  miner: bigint;
  /** The sectors' numbers. */
  sectors: readonly bigint[];
  /** Per sector its `location` of `lookAtSector`. */
  locations: readonly Hex[];
}

const action = onEvidence.write("refresh", ({ miner, sectors, locations }: RefreshSectorsParameters) => [
  miner,
  sectors,
  locations,
]);

/**
 * Asks the miner whether each sector is Active, which proves the epochs since the last look. Anyone may. Tells per sector
 * EvidenceRefreshed, or EvidenceSkipped with the reason (`SKIP_REASONS`).
 * @returns the transaction's hash
 * @throws ActionError
 */
export const refreshSectors = action.send;

/** {@link refreshSectors}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const refreshSectorsSync = action.sync;
export type RefreshSectorsSyncReturnType = Awaited<ReturnType<typeof refreshSectorsSync>>;

/** The call of {@link refreshSectors}, to batch or to simulate. */
export const refreshSectorsCall = action.call;

/** The EvidenceRefreshed and EvidenceSkipped of {@link refreshSectors} in a receipt: one per sector, in their order. */
export const extractRefreshSectorsEvents = onEvidence.extractorOfAll("EvidenceRefreshed", "EvidenceSkipped");
