import hre from "hardhat";
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  custom,
  type EIP1193RequestFn,
  type Hex,
  hexToBigInt,
  parseAbi,
} from "viem";
import { chain, stranger } from "./test-chain.ts";

/** Sees every request and may answer instead of the chain. */
export type Interceptor = (
  request: { method: string; params?: unknown },
  forward: () => Promise<unknown>,
) => Promise<unknown>;

/** An in-process chain, and clients whose requests a test may intercept. */
export async function startChain() {
  const connection = await hre.network.create("default");
  const state: { intercept: Interceptor } = { intercept: (_, forward) => forward() };
  const request: EIP1193RequestFn = ((args: { method: string; params?: unknown }) =>
    state.intercept(args, () => connection.provider.request(args as never))) as EIP1193RequestFn;
  const transport = custom({ request }, { retryCount: 0 });
  const client = createPublicClient({ chain, transport, cacheTime: 0 });
  const wallet = createWalletClient({ chain, account: stranger, transport });
  const test = createTestClient({ chain, mode: "hardhat", transport });
  return { connection, client, wallet, test, state, close: () => connection.close() };
}

export type LocalChain = Awaited<ReturnType<typeof startChain>>;

/** Counts its calls in slot 0; refuses the argument 0. */
export const counterAbi = parseAbi(["function count(uint256 by)", "error Refused()"]) as Abi;
const COUNTER_RUNTIME =
  "6004358015601a5760005460010160005560005260206000a0005b638ac5ff0b60e01b60005260046000fd";

export async function deployCounter(chain: LocalChain): Promise<Address> {
  const length = (COUNTER_RUNTIME.length / 2).toString(16).padStart(2, "0");
  const data: Hex = `0x60${length}600c60003960${length}6000f3${COUNTER_RUNTIME}`;
  const hash = await chain.wallet.sendTransaction({ data, to: null });
  const { contractAddress } = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
  return contractAddress as Address;
}

export async function countOf(chain: LocalChain, address: Address): Promise<bigint> {
  return hexToBigInt((await chain.client.getStorageAt({ address, slot: "0x0" })) ?? "0x0");
}
