import * as dagCbor from "@ipld/dag-cbor";
import { bytesToHex } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { askMiner, SectorLookError } from "./ask-miner.ts";
import type { LocateSectorParameters } from "./locate-sector.ts";

const GET_NOMINAL_SECTOR_EXPIRATION = 3_010_055_991;
const NOT_FOUND = 17;

/**
 * Asks the miner actor until when it committed a sector (FIP-0112): the nominal expiration, an epoch; 0 for a sector that
 * it does not have.
 * @throws SectorLookError if the actor aborts, or answers what nobody can read
 */
export async function getSectorExpiration(
  client: ActionClient,
  { miner, sector }: LocateSectorParameters,
): Promise<bigint> {
  const { exitCode, value } = await askMiner(client, miner, GET_NOMINAL_SECTOR_EXPIRATION, sector);
  if (exitCode === NOT_FOUND) return 0n;
  if (exitCode !== 0) throw new SectorLookError(miner, sector, exitCode);
  try {
    return BigInt(dagCbor.decode<number | bigint>(value));
  } catch {
    throw new SectorLookError(miner, sector, 0, bytesToHex(value));
  }
}
