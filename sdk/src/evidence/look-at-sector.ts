import * as dagCbor from "@ipld/dag-cbor";
import { bytesToHex, type Hex } from "viem";
import type { HoldfastClient } from "../client.ts";
import { BaseError } from "../errors/base-error.ts";
import { formatFilecoinAddress, fromActorId } from "../fvm/address.ts";
import { fromBase64, toBase64 } from "../providers/base64.ts";

export interface LookAtSectorParameters {
  /** The miner's actor id. */
  miner: bigint;
  sector: bigint;
}

/** What a miner actor says of a sector now. */
export interface SectorLook {
  /** Dead also for a sector that the miner never had, or has no more. */
  status: "Dead" | "Active" | "Faulty";
  /** The aux bytes that `refresh` and `report` take: CBOR [deadline, partition]. */
  location: Hex;
  /** Nominal expiration, an epoch; 0 for a sector that the miner does not have. */
  expiration: bigint;
}

/** The miner actor aborted a question. */
export class SectorLookError extends BaseError {
  /** The FVM's exit code. */
  readonly exitCode: number;
  constructor(miner: bigint, sector: bigint, exitCode: number) {
    super(`Miner f0${miner} aborted with exit code ${exitCode} when asked for sector ${sector}.`, {
      next: "Check that the id is a miner's, and that its network has FIP-0112 (nv28).",
    });
    this.exitCode = exitCode;
  }
}

const GENERATE_SECTOR_LOCATION = 1_321_604_665;
const GET_NOMINAL_SECTOR_EXPIRATION = 3_010_055_991;
const NOT_FOUND = 17;
const STATUSES = ["Dead", "Active", "Faulty"] as const;
/** Burnt funds: an account that exists on every network, as the sender of messages that are never sent. */
const ASKER = 99n;
const MAINNET = 314;

/**
 * Asks the miner actor where and in what state a sector is, and when it expires (FIP-0112), by `Filecoin.StateCall` of
 * the node: a message that is run and thrown away.
 * @throws SectorLookError if the actor aborts
 */
export async function lookAtSector(
  client: HoldfastClient,
  { miner, sector }: LookAtSectorParameters,
): Promise<SectorLook> {
  const [located, expires] = await Promise.all([
    stateCall(client, miner, GENERATE_SECTOR_LOCATION, [sector]),
    stateCall(client, miner, GET_NOMINAL_SECTOR_EXPIRATION, sector),
  ]);
  if (located.exitCode !== 0) throw new SectorLookError(miner, sector, located.exitCode);
  if (expires.exitCode !== 0 && expires.exitCode !== NOT_FOUND) {
    throw new SectorLookError(miner, sector, expires.exitCode);
  }
  const [status, location] = dagCbor.decode<[number, Uint8Array]>(located.value);
  return {
    status: STATUSES[status] ?? "Dead",
    location: bytesToHex(location),
    expiration: expires.exitCode === 0 ? BigInt(dagCbor.decode<number>(expires.value)) : 0n,
  };
}

interface InvocationResult {
  MsgRct: { ExitCode: number; Return: string | null };
}

async function stateCall(client: HoldfastClient, actor: bigint, method: number, params: unknown) {
  const network = client.chain.id === MAINNET ? "mainnet" : "testnet";
  const message = {
    Version: 0,
    To: formatFilecoinAddress(fromActorId(actor), network),
    From: formatFilecoinAddress(fromActorId(ASKER), network),
    Nonce: 0,
    Value: "0",
    GasLimit: 0,
    GasFeeCap: "0",
    GasPremium: "0",
    Method: method,
    Params: toBase64(dagCbor.encode(params)),
  };
  const request = client.request as (call: { method: string; params: unknown[] }) => Promise<unknown>;
  const result = (await request({
    method: "Filecoin.StateCall",
    params: [message, null],
  })) as InvocationResult;
  return { exitCode: result.MsgRct.ExitCode, value: fromBase64(result.MsgRct.Return ?? "") };
}
