import { type GetAccountIfSettledReturnType, getAccountIfSettled, listOffers } from "@holdfast/sdk";
import { type Address, erc20Abi, formatUnits, maxUint256 } from "viem";
import { readContract } from "viem/actions";
import type { ChainTime, Connection } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { evmAddress } from "../run/parse.ts";

/** A token as people see it. */
export interface Token {
  address: Address;
  symbol: string;
  /** "1.5 USDFC" */
  text(amount: bigint): string;
}

/** The token that is named, or the chain's USDFC, or the only one that offers are in. */
export async function tokenOf(connection: Connection, named: string | undefined): Promise<Token> {
  const address =
    named === undefined
      ? ((await connection.usdfc()) ?? (await onlyToken(connection)))
      : evmAddress("--token", named);
  const [symbol, decimals] = await Promise.all([
    readContract(connection.client, { address, abi: erc20Abi, functionName: "symbol" }),
    readContract(connection.client, { address, abi: erc20Abi, functionName: "decimals" }),
  ]);
  return { address, symbol, text: (amount) => `${formatUnits(amount, decimals)} ${symbol}` };
}

/** Every token that an offer is in. */
export async function tokensOfOffers({ client, contracts }: Connection): Promise<Address[]> {
  const offers = await listOffers(client, { address: (await contracts()).registry });
  return [...new Set(offers.map(({ terms }) => terms.token))];
}

async function onlyToken(connection: Connection): Promise<Address> {
  const [first, ...others] = await tokensOfOffers(connection);
  if (first !== undefined && others.length === 0) return first;
  throw new TaskConfigError("Which token? It is not known on this chain.", "Name it by --token");
}

export function balanceOf({ client }: Connection, token: Token, owner: Address): Promise<bigint> {
  return readContract(client, {
    ...{ address: token.address, abi: erc20Abi, functionName: "balanceOf" as const },
    args: [owner],
  });
}

/** An account of Filecoin Pay as it is now, and how long it lasts. */
export async function accountOf(connection: Connection, token: Token, owner: Address) {
  const { pay } = await connection.contracts();
  return getAccountIfSettled(connection.client, { address: pay, token: token.address, owner });
}

/** Until when an account is funded. */
export function runwayText(
  { fundedUntilEpoch }: GetAccountIfSettledReturnType,
  { head, text }: ChainTime,
): string {
  if (fundedUntilEpoch === maxUint256) return "nothing streams out of it";
  return `${fundedUntilEpoch < head ? "dry since" : "funded until"} ${text(fundedUntilEpoch)}`;
}
