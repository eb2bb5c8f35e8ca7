import { type Address, formatEther } from "viem";
import { getBalance } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { formatFilecoinAddress, fromEvmAddress } from "../fvm/address.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";

export interface CheckAccountOptions {
  /** attoFIL that the account should have. Default 0.1 FIL: a proposal costs a few hundredths. */
  least?: bigint;
}

const LEAST = 10n ** 17n;
/** How Lotus and Forest say that an address never received anything. */
const NO_ACTOR = /actor not found|resolution lookup failed|failed to find actor|actor .*not exist/i;

/** Whether an account exists on chain and can pay for gas. */
export async function checkAccount(
  client: ActionClient,
  account: Address,
  { least = LEAST }: CheckAccountOptions = {},
): Promise<Check> {
  const name = "balance";
  const both = `${account} (${formatFilecoinAddress(fromEvmAddress(account), client.chain.id === 314 ? "mainnet" : "testnet")})`;
  let balance: bigint;
  try {
    balance = await getBalance(client, { address: account });
  } catch (error) {
    const reason = reasonOf(error);
    if (!NO_ACTOR.test(reason))
      return failed(name, reason, "Use an RPC endpoint that answers eth_getBalance.");
    return failed(name, `${both} has never received FIL, so it is no actor yet`, sourceOf(client));
  }
  if (balance === 0n) return failed(name, `${both} has no FIL`, sourceOf(client));
  if (balance < least) {
    return failed(
      name,
      `${both} has ${formatEther(balance)} FIL, less than ${formatEther(least)}`,
      sourceOf(client),
    );
  }
  return passed(name, `${both} has ${formatEther(balance)} FIL`);
}

function sourceOf(client: ActionClient): string {
  switch (client.chain.id) {
    case 314:
      return "Send FIL to the account, from an exchange or another wallet: its f410 address takes it.";
    case 314_159:
      return "Get test FIL for the account: https://faucet.calibnet.chainsafe-fil.io";
    default:
      return "Use one of the accounts that `npx hardhat devnet` prints.";
  }
}
