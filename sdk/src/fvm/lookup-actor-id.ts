import { call } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { findCause } from "../errors/base-error.ts";
import { actorIdOf, type FilecoinAddress, filecoinAddressToBytes, formatFilecoinAddress } from "./address.ts";

const MAINNET = 314;
/** FEVM's precompile that resolves an address to its actor's id. */
const RESOLVE_ADDRESS = "0xfe00000000000000000000000000000000000001";
const METHOD_NOT_FOUND = /not supported|method not found|does not exist\/is not available|unknown method/i;
const NO_ACTOR = /actor not found|resolution lookup failed/i;

/**
 * The id of the actor at an address, by `Filecoin.StateLookupID` of the node, or on a devnet by the precompile; undefined for
 * an address that has never received anything.
 */
export async function lookupActorId(
  client: ActionClient,
  address: FilecoinAddress,
): Promise<bigint | undefined> {
  const own = actorIdOf(address);
  if (own !== undefined) return own;
  const network = client.chain.id === MAINNET ? "mainnet" : "testnet";
  const request = client.request as (call: { method: string; params: unknown[] }) => Promise<string>;
  try {
    const id = await request({
      method: "Filecoin.StateLookupID",
      params: [formatFilecoinAddress(address, network), null],
    });
    return actorIdOf(id);
  } catch (error) {
    const says = (pattern: RegExp) =>
      findCause(error, (cause) => pattern.test((cause as Error).message)) !== undefined;
    if (says(NO_ACTOR)) return undefined;
    if (!says(METHOD_NOT_FOUND)) throw error;
  }
  const { data } = await call(client, { to: RESOLVE_ADDRESS, data: filecoinAddressToBytes(address) });
  return data === undefined || data === "0x" ? undefined : BigInt(data);
}
