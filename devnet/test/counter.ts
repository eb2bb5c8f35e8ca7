import {
  type Address,
  concatHex,
  createPublicClient,
  type Hash,
  type Hex,
  http,
  keccak256,
  numberToHex,
  type PrivateKeyAccount,
  type PublicClient,
  stringToBytes,
} from "viem";
import { devnetAccounts } from "../src/chain/accounts.ts";
import type { BareChain } from "../src/lotus/bare-chain.ts";

/** Accounts with FIL on a bare chain. */
export const { client: alice, keeper: bob } = devnetAccounts(1);

const COUNTED = keccak256(stringToBytes("Counted(uint256)"));
/** Counts its calls per argument, in the slot of that number, and emits Counted(argument) each time. */
const COUNTER = concatHex(["0x60043580546001018155", "0x7f", COUNTED, "0x60006000a200"]);

export const counted = (argument: number): Hex =>
  concatHex(["0x06661abd", numberToHex(argument, { size: 32 })]);

/** A client as any, that tries everything once. */
export function plainClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url, { retryCount: 0 }), cacheTime: 0 });
}

/** Puts a counter on the chain; the epoch it takes has passed. */
export async function putCounter(
  chain: BareChain,
  address: Address = "0x00000000000000000000000000000000000c0de5",
) {
  await chain.provider.request({ method: "hardhat_setCode", params: [address, COUNTER] });
  return address;
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
    ...{ chainId: 31_415_926, type: "eip1559", to, data: counted(argument), gas: 200_000n, nonce },
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
