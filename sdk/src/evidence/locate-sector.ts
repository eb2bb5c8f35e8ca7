import * as dagCbor from "@ipld/dag-cbor";
import { bytesToHex, type Hex } from "viem";
import type { ActionClient } from "../actions/action.ts";
import { askMiner, SectorLookError } from "./ask-miner.ts";

export interface LocateSectorParameters {
  /** The miner's actor id. */
  miner: bigint;
  sector: bigint;
}

export interface SectorLocation {
  /** Dead also for a sector that the miner never had, or has no more. */
  status: "Dead" | "Active" | "Faulty";
  /** The aux bytes that `refresh` and `report` take: CBOR [deadline, partition]. */
  location: Hex;
}

const GENERATE_SECTOR_LOCATION = 1_321_604_665;
/** FIP-0112's numbers. */
const STATUSES = ["Dead", "Active", "Faulty"] as const;

/**
 * Asks the miner actor in what state a sector is, and where (FIP-0112).
 * @throws SectorLookError if the actor aborts, or answers what nobody can read: it is not taken for dead
 */
export async function locateSector(
  client: ActionClient,
  { miner, sector }: LocateSectorParameters,
): Promise<SectorLocation> {
  const { exitCode, value } = await askMiner(client, miner, GENERATE_SECTOR_LOCATION, [sector]);
  if (exitCode !== 0) throw new SectorLookError(miner, sector, exitCode);
  const [number, location] = read(value) ?? [];
  const status = typeof number === "number" ? STATUSES[number] : undefined;
  if (status === undefined || !(location instanceof Uint8Array))
    throw new SectorLookError(miner, sector, 0, bytesToHex(value));
  return { status, location: bytesToHex(location) };
}

function read(value: Uint8Array): unknown[] | undefined {
  try {
    const answer = dagCbor.decode(value);
    return Array.isArray(answer) && answer.length === 2 ? answer : undefined;
  } catch {
    return undefined;
  }
}
