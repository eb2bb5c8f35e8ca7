import { type Address, concatHex, type Hex, keccak256, numberToHex, parseAbi, stringToBytes } from "viem";
import type { RpcProvider } from "../chain/rpc-server.ts";

/** A contract that refuses nothing, so that whatever is done twice is seen twice. */
export const tallyAbi = parseAbi(["function count(uint256 id)", "event Counted(uint256 indexed id)"]);

const COUNTED = keccak256(stringToBytes("Counted(uint256)"));
/** Adds 1 to the slot of the argument's number, and emits Counted(argument). */
const CODE = concatHex(["0x60043580546001018155", "0x7f", COUNTED, "0x60006000a200"]);

/** The call that counts a number. */
export const countCall = (id: number): Hex => concatHex([SELECTOR, numberToHex(id, { size: 32 })]);
const SELECTOR: Hex = keccak256(stringToBytes("count(uint256)")).slice(0, 10) as Hex;

/** Puts a tally on the chain beneath. */
export async function putTally(provider: RpcProvider, address: Address): Promise<Address> {
  await provider.request({ method: "hardhat_setCode", params: [address, CODE] });
  return address;
}
