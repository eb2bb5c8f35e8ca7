import { type Address, type Hex, keccak256 } from "viem";
import { getCode } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";

/** Hashes of code that was seen before, by the contract's name. */
export type CodePins = { [contract: string]: { address: Address; codeHash: Hex } };

export interface CheckCodeOptions {
  /** How the check calls the contract. Default: its address. */
  name?: string;
  /** What the code hashed to (keccak-256) when it was last trusted. Without it, any code will do. */
  pin?: Hex;
}

/** keccak-256 of the code at an address; undefined where there is none. */
export async function codeHashOf(client: ActionClient, address: Address): Promise<Hex | undefined> {
  const code = await getCode(client, { address });
  return code === undefined || code === "0x" ? undefined : keccak256(code);
}

/** Whether there is code at an address, and still the one that was pinned. */
export async function checkCode(
  client: ActionClient,
  address: Address,
  { name = address, pin }: CheckCodeOptions = {},
): Promise<Check> {
  const check = `code of ${name}`;
  let hash: Hex | undefined;
  try {
    hash = await codeHashOf(client, address);
  } catch (error) {
    return failed(check, reasonOf(error), "Use an RPC endpoint that answers eth_getCode.");
  }
  if (hash === undefined) {
    const fix = `Check the address and the chain: on ${client.chain.name} nothing is deployed there.`;
    return failed(check, `no code at ${address}`, fix);
  }
  if (pin !== undefined && hash !== pin.toLowerCase()) {
    return failed(
      check,
      `${address} has code ${hash}, pinned is ${pin}`,
      "Do not send anything: other code is at this address than was trusted. Find out who changed it and why.",
    );
  }
  return passed(check, `${address}, ${pin === undefined ? "code" : "pinned code"} ${hash}`);
}
