import { existsSync } from "node:fs";
import { appendFile, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Address, type Hex, keccak256, type LocalAccount } from "viem";

/** The part of an EIP-1193 provider that a deployment needs. */
export interface RpcProvider {
  request(request: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** A transaction that may have left this machine. */
interface SignedTransaction {
  nonce: number;
  hash: Hex;
  raw: Hex;
  maxFeePerGas: Hex;
  maxPriorityFeePerGas: Hex;
}

/** What Ignition sends with `eth_sendTransaction`. */
interface TransactionRequest {
  to?: Address;
  data: Hex;
  value?: Hex;
  nonce: Hex;
  gas: Hex;
  maxFeePerGas: Hex;
  maxPriorityFeePerGas: Hex;
}

export const OUTBOX = "outbox.jsonl";
/** Ignition's. */
export const JOURNAL = "journal.jsonl";

export interface OutboxOptions {
  account: LocalAccount;
  chainId: number;
  /** Of the deployment. */
  folder: string;
  /** Told of a transaction before it is sent. */
  onSigned?: ((nonce: number, hash: Hex) => void) | undefined;
}

/**
 * A provider whose transactions are signed here, and are on disk before they are sent. Ignition writes down that it will
 * send, sends, and then writes down what: killed in between, it cannot tell whether it sent, and wants to be told the hash
 * by hand. `catchUp` tells it.
 */
export function outboxProvider(
  provider: RpcProvider,
  { account, chainId, folder, onSigned }: OutboxOptions,
): RpcProvider {
  async function send(request: TransactionRequest): Promise<unknown> {
    const { to, data, value = "0x0", nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = request;
    const raw = await account.signTransaction({
      ...{ type: "eip1559", chainId, data, value: BigInt(value), nonce: Number(nonce), gas: BigInt(gas) },
      ...{ maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas) },
      ...(to === undefined ? {} : { to }),
    });
    const signed: SignedTransaction = {
      ...{ nonce: Number(nonce), hash: keccak256(raw), raw, maxFeePerGas, maxPriorityFeePerGas },
    };
    await appendDurably(join(folder, OUTBOX), signed);
    onSigned?.(signed.nonce, signed.hash);
    return provider.request({ method: "eth_sendRawTransaction", params: [raw] });
  }

  return {
    async request(request) {
      if (request.method === "eth_accounts") return [account.address];
      if (request.method !== "eth_sendTransaction") return provider.request(request);
      return send((request.params as [TransactionRequest])[0]);
    },
  };
}

/** One of Ignition's messages, what of it is looked at. */
interface JournalMessage {
  type: string;
  futureId: string;
  networkInteractionId: number;
  nonce: number;
  transaction: { hash: Hex };
}

/** What Ignition knows of a transaction that it wants on chain. */
interface Interaction {
  futureId: string;
  networkInteractionId: number;
  /** Once it prepared to send. */
  nonce?: number;
  hashes: Set<Hex>;
}

/**
 * Brings Ignition's journal up to what left this machine. What is in the outbox alone is sent again and written down: the
 * same bytes have the same nonce, and so land at most once. What was prepared and never signed is prepared anew.
 */
export async function catchUp(provider: RpcProvider, folder: string): Promise<void> {
  const outbox = await readLines<SignedTransaction>(join(folder, OUTBOX));
  for (const { nonce, hashes, ...interaction } of await readInteractions(join(folder, JOURNAL))) {
    if (nonce === undefined) continue;
    const signed = outbox.filter((transaction) => transaction.nonce === nonce);
    for (const { hash, raw, ...fees } of signed.filter(({ hash }) => !hashes.has(hash))) {
      // Refused where it has landed or still waits: Ignition looks what became of it.
      await provider.request({ method: "eth_sendRawTransaction", params: [raw] }).catch(() => undefined);
      const [maxFeePerGas, maxPriorityFeePerGas] = [fees.maxFeePerGas, fees.maxPriorityFeePerGas].map(
        (fee) => ({ _kind: "bigint", value: String(BigInt(fee)) }),
      );
      const transaction = { fees: { maxFeePerGas, maxPriorityFeePerGas }, hash };
      await appendDurably(join(folder, JOURNAL), {
        ...interaction,
        ...{ nonce, transaction, type: "TRANSACTION_SEND" },
      });
    }
    if (signed.length + hashes.size > 0) continue;
    const again = { ...interaction, type: "ONCHAIN_INTERACTION_REPLACED_BY_USER" };
    await appendDurably(join(folder, JOURNAL), again);
  }
}

async function readInteractions(journal: string): Promise<Iterable<Interaction>> {
  const interactions = new Map<string, Interaction>();
  for (const message of await readLines<JournalMessage>(journal)) {
    const { type, futureId, networkInteractionId, nonce } = message;
    const key = `${futureId}/${networkInteractionId}`;
    const known = interactions.get(key) ?? { futureId, networkInteractionId, hashes: new Set() };
    if (type === "TRANSACTION_PREPARE_SEND") interactions.set(key, { ...known, nonce });
    if (type === "TRANSACTION_SEND") known.hashes.add(message.transaction.hash);
    if (type === "ONCHAIN_INTERACTION_REPLACED_BY_USER") interactions.delete(key);
  }
  return interactions.values();
}

/** Like Ignition's journal: a line feed before each line, so that half a line never takes the next one with it. */
async function appendDurably(file: string, line: object): Promise<void> {
  await using handle = await open(file, "a");
  await appendFile(handle, `\n${JSON.stringify(line)}`);
  await handle.sync();
}

/** The lines of a file, without one that was cut off. */
export async function readLines<T>(file: string): Promise<T[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}
