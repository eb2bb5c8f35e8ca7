import {
  type Address,
  createPublicClient,
  type Hash,
  type Hex,
  http,
  type PrivateKeyAccount,
  type PublicClient,
} from "viem";
import { devnetAccounts } from "../src/chain/accounts.ts";
import type { BareChain } from "../src/lotus/bare-chain.ts";
import { countCall, putTally } from "../src/lotus/tally.ts";

/** Accounts with FIL on a bare chain. */
export const { client: alice, keeper: bob } = devnetAccounts(1);

/** A client as any, that tries everything once. */
export function plainClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url, { retryCount: 0 }), cacheTime: 0 });
}

/** Puts a counter on the chain: its slot n tells how often it counted n. */
export function putCounter({ provider }: BareChain): Promise<Address> {
  return putTally(provider, "0x00000000000000000000000000000000000c0de5");
}

export interface Fees {
  nonce: number;
  premium?: bigint;
  feeCap?: bigint;
  argument?: number;
}

/** A signed call of the counter. */
export function signCount(
  account: PrivateKeyAccount,
  to: Address,
  { nonce, premium = 1_000n, feeCap = 1_000_000n, argument = nonce }: Fees,
): Promise<Hex> {
  return account.signTransaction({
    ...{ chainId: 31_415_926, type: "eip1559", to, data: countCall(argument), gas: 200_000n, nonce },
    ...{ maxFeePerGas: feeCap, maxPriorityFeePerGas: premium },
  });
}

/** Asks a face as it is, without a client's retries or error classes. */
export async function ask(url: string, method: string, ...params: unknown[]) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", body });
  const answer = (await response.json()) as {
    // biome-ignore lint/suspicious/noExplicitAny: whatever a node answers
    result?: any;
    error?: { code: number; message: string; data?: Hex };
  };
  return { status: response.status, ...answer };
}

/** Sends counts with these nonces, oldest first. */
export async function sendCounts(url: string, to: Address, ...nonces: number[]): Promise<Hash[]> {
  const hashes: Hash[] = [];
  for (const nonce of nonces) {
    const { result, error } = await ask(
      url,
      "eth_sendRawTransaction",
      await signCount(alice.account, to, { nonce }),
    );
    if (error !== undefined) throw new Error(error.message);
    hashes.push(result);
  }
  return hashes;
}
