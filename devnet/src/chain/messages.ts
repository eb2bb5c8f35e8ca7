import { setTimeout as sleep } from "node:timers/promises";
import { devnet } from "@holdfast/sdk";
import {
  type Abi,
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  type Hash,
  http,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import type { DevnetAccount } from "./accounts.ts";

export interface ContractMessage {
  abi: Abi;
  address: Address;
  functionName: string;
  args: readonly unknown[];
  value?: bigint;
}

export interface Landed {
  receipt: TransactionReceipt;
  /** What the function returned when it was tried before sending: others' messages may have come between. */
  result: unknown;
}

/** Sends one account's messages, one after the other. */
export interface Sender {
  readonly address: Address;
  /** Resolves once the message has landed; rejects when it cannot be sent, or reverts. */
  send(message: ContractMessage): Promise<Landed>;
}

const POLL_MS = 10;
const LANDING_MS = 60_000;

/** A reading client of the devnet at `rpcUrl`, whose id is that of `chain`. */
export function devnetClient(rpcUrl: string, chain: Chain = devnet): PublicClient {
  return createPublicClient({ chain: at(rpcUrl, chain), transport: http(rpcUrl), pollingInterval: POLL_MS });
}

export function createSender(rpcUrl: string, { account }: DevnetAccount, known: Chain = devnet): Sender {
  const chain = at(rpcUrl, known);
  const reader = devnetClient(rpcUrl, known);
  const wallet = createWalletClient({ account, chain, transport: http(rpcUrl) });
  let last: Promise<unknown> = Promise.resolve();

  async function submit(message: ContractMessage): Promise<{ hash: Hash; result: unknown }> {
    // Simulated first: a refusal then names its reason, and leaves no nonce behind.
    const { request, result } = await reader.simulateContract({
      account,
      ...message,
    } as unknown as Parameters<typeof reader.simulateContract>[0]);
    const hash = await wallet.writeContract(request as Parameters<typeof wallet.writeContract>[0]);
    return { hash, result };
  }

  return {
    address: account.address,
    async send(message) {
      const submitted = last.then(() => submit(message));
      last = submitted.catch(() => undefined);
      const { hash, result } = await submitted;
      const receipt = await landed(reader, hash);
      if (receipt.status !== "success") throw new Error(`${message.functionName} reverted in ${hash}`);
      return { receipt, result };
    },
  };
}

/** Looks until the message has landed: a waiter for new blocks would miss one that came before it began to wait. */
async function landed(reader: PublicClient, hash: Hash): Promise<TransactionReceipt> {
  const deadline = performance.now() + LANDING_MS;
  for (;;) {
    try {
      return await reader.getTransactionReceipt({ hash });
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError) || performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

function at(rpcUrl: string, chain: Chain): Chain {
  return { ...chain, rpcUrls: { default: { http: [rpcUrl] } } };
}
