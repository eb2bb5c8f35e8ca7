import type { ActionClient } from "../actions/action.ts";
import { getSectorExpiration } from "./get-sector-expiration.ts";
import { type LocateSectorParameters, locateSector, type SectorLocation } from "./locate-sector.ts";

export type LookAtSectorParameters = LocateSectorParameters;

/** What a miner actor says of a sector now. */
export interface SectorLook extends SectorLocation {
  /** Nominal expiration, an epoch; 0 for a sector that the miner does not have. */
  expiration: bigint;
}

/**
 * Asks the miner actor where and in what state a sector is, and when it expires: `locateSector` and
 * `getSectorExpiration` in one.
 * @throws SectorLookError
 */
export async function lookAtSector(
  client: ActionClient,
  parameters: LookAtSectorParameters,
): Promise<SectorLook> {
  const [located, expiration] = await Promise.all([
    locateSector(client, parameters),
    getSectorExpiration(client, parameters),
  ]);
  return { ...located, expiration };
}
