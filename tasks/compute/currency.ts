import { type Address, formatEther, zeroAddress } from "viem";
import { balanceOf, tokenOf } from "../deal/money.ts";
import type { Connection } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";
import { evmAddress } from "../run/parse.ts";

/** What a job or a stake is in. */
export interface Currency {
  /** The zero address is FIL. */
  address: Address;
  symbol: string;
  /** "1.5 FIL" */
  text(amount: bigint): string;
}

const FIL: Currency = { address: zeroAddress, symbol: "FIL", text: (amount) => `${formatEther(amount)} FIL` };

/** FIL, unless a token is named. @throws TaskConfigError */
export async function currencyOf(connection: Connection, named: string | undefined): Promise<Currency> {
  if (named === undefined || named.toUpperCase() === "FIL") return FIL;
  const address = named.toUpperCase() === "USDFC" ? undefined : evmAddress("--token", named);
  return address === zeroAddress ? FIL : tokenOf(connection, address);
}

/** Gas to reckon with for a call that cannot be tried before its permit is signed. */
export const PERMIT_GAS = 40_000_000n;

/** @throws TaskConfigError if a wallet holds less tokens than are asked for */
export async function checkTokens(
  connection: Connection,
  { address, symbol, text }: Currency,
  owner: Address,
  needed: bigint,
  what: string,
): Promise<void> {
  const balance = await balanceOf(connection, { address, symbol, text }, owner);
  if (balance >= needed) return;
  throw new TaskConfigError(
    `You need ${text(needed)} to ${what}, and have ${text(balance)}.`,
    `Get more ${symbol}, or leave --token out and pay in FIL: npx hardhat fil doctor`,
  );
}
