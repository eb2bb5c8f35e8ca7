import { formatFilecoinAddress, fromActorId, fromBase64, maskedId, toBase64 } from "@holdfast/sdk";
import {
  type Address,
  bytesToHex,
  type Hex,
  hexToBytes,
  keccak256,
  type PublicClient,
  parseAbi,
  toBytes,
} from "viem";
import type { Look } from "./state.ts";

/** What the miner actor itself says of a sector, without a transaction. */
export interface SectorLocator {
  look(miner: bigint, sector: bigint): Promise<Look>;
}

/** Calls a method of a miner actor off chain: parameters and answer in CBOR. Undefined when the actor aborts. */
export type ActorRead = (miner: bigint, method: bigint, params: Hex) => Promise<Hex | undefined>;

const GENERATE_SECTOR_LOCATION = 1_321_604_665n;
const GET_NOMINAL_SECTOR_EXPIRATION = 3_010_055_991n;
/** FIP-0112's numbers. */
const STATUS = ["Dead", "Active", "Faulty"] as const;

/** The actor's answer is not what FIP-0112 says it is, or it gave none. */
export class SectorLookError extends Error {
  constructor(miner: bigint, sector: bigint, why: string) {
    super(
      `f0${miner} does not say where sector ${sector} is: ${why}.\nNext: check that the node is in sync.`,
    );
    this.name = "SectorLookError";
  }
}

export function createSectorLocator(read: ActorRead): SectorLocator {
  return {
    async look(miner, sector) {
      const number = encodeUint(sector);
      const answer = await read(miner, GENERATE_SECTOR_LOCATION, `0x81${number.slice(2)}`);
      if (answer === undefined) throw new SectorLookError(miner, sector, "the actor aborted");
      const bytes = hexToBytes(answer);
      const status = STATUS[bytes[1] ?? 255];
      const aux = bytes[0] === 0x82 ? readByteString(bytes, 2) : undefined;
      if (status === undefined || aux === undefined)
        throw new SectorLookError(miner, sector, `it answered ${answer}`);
      const expiration = await read(miner, GET_NOMINAL_SECTOR_EXPIRATION, number);
      return { status, location: aux, expiration: expiration === undefined ? 0n : decodeUint(expiration) };
    },
  };
}

interface StateCallAnswer {
  MsgRct: { ExitCode: number; Return: string | null } | null;
}

/** Reads actors of a Filecoin node (Lotus, Forest) by `Filecoin.StateCall`: FEVM's eth_call reaches none of them. */
export function stateCallReader(client: PublicClient, network: "mainnet" | "testnet"): ActorRead {
  return async (miner, method, params) => {
    const to = formatFilecoinAddress(fromActorId(miner), network);
    const message = {
      ...{
        Version: 0,
        To: to,
        From: `${to[0]}01`,
        Nonce: 0,
        Value: "0",
        GasLimit: 0,
        GasFeeCap: "0",
        GasPremium: "0",
      },
      Method: Number(method),
      Params: toBase64(params),
    };
    const request = client.request as (args: unknown) => Promise<StateCallAnswer>;
    const { MsgRct: receipt } = await request({ method: "Filecoin.StateCall", params: [message, null] });
    return receipt?.ExitCode === 0 ? bytesToHex(fromBase64(receipt.Return ?? "")) : undefined;
  };
}

/** Whom the devnet's actors obey: its router, which an eth_call may name as its sender. */
const DEVNET_ROUTER = `0x${keccak256(toBytes("holdfast.devnet.router")).slice(-40)}` as Address;
const DEVNET_ACTOR = parseAbi([
  "function invoke(uint64 caller, uint64 method, uint64 codec, bytes params) payable returns (bytes)",
  "error ActorExit(uint32 exitCode, bytes data)",
]);
const CBOR_CODEC = 0x51n;

/** Reads the doubled actors of the devnet, by the same methods and with the same answers. */
export function devnetReader(client: PublicClient): ActorRead {
  return async (miner, method, params) => {
    try {
      const { result } = await client.simulateContract({
        address: maskedId(miner),
        abi: DEVNET_ACTOR,
        functionName: "invoke",
        args: [0n, method, CBOR_CODEC, params],
        account: DEVNET_ROUTER,
      });
      return result;
    } catch (error) {
      if (error instanceof Error && error.message.includes("ActorExit")) return undefined;
      throw error;
    }
  };
}

function encodeUint(value: bigint): Hex {
  if (value < 24n) return bytesToHex(Uint8Array.of(Number(value)));
  for (const [index, size] of [1, 2, 4, 8].entries()) {
    if (value < 1n << BigInt(8 * size))
      return `0x${(0x18 + index).toString(16)}${value.toString(16).padStart(2 * size, "0")}`;
  }
  throw new RangeError(`${value} is no uint64.`);
}

function decodeUint(cbor: Hex): bigint {
  const bytes = hexToBytes(cbor);
  const head = bytes[0] ?? 0;
  if (head < 0x18) return BigInt(head);
  return head <= 0x1b && bytes.length > 1 ? BigInt(bytesToHex(bytes.subarray(1))) : 0n;
}

/** A byte string of less than 256 bytes that ends the input. */
function readByteString(bytes: Uint8Array, at: number): Hex | undefined {
  const head = bytes[at] ?? 0;
  const [length, start] = head === 0x58 ? [bytes[at + 1] ?? 0, at + 2] : [head - 0x40, at + 1];
  if (length < 0 || (head !== 0x58 && length > 23) || bytes.length !== start + length) return undefined;
  return bytesToHex(bytes.subarray(start));
}
