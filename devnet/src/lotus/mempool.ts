import { formatFilecoinAddress, fromEvmAddress } from "@holdfast/sdk";
import {
  type Address,
  type Hash,
  type Hex,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  size,
  type TransactionSerialized,
} from "viem";
import { actorNotFound, refusal } from "./rpc-error.ts";

/** A signed message that waits to be put into a tipset. */
export interface PooledMessage {
  readonly raw: Hex;
  readonly hash: Hash;
  readonly from: Address;
  readonly nonce: number;
  /** attoFIL per gas. */
  readonly premium: bigint;
  readonly feeCap: bigint;
  /** All that it may cost, attoFIL. */
  readonly required: bigint;
}

/** An account as of the head, whose messages count as executed; undefined: it never received anything. */
export type AccountState = { nonce: number; balance: bigint } | undefined;

export interface MempoolOptions {
  /** Messages of one sender that may wait. A gateway allows 100. */
  maxPending: number;
  stateOf(from: Address): Promise<AccountState>;
}

export type Mempool = ReturnType<typeof createMempool>;

const MAX_MESSAGE_BYTES = 64 << 10;
/** A replacement must offer this much of the old premium, and 1 more. */
const REPLACE_PERCENT = 110n;

/** Lotus's message pool, as a gateway lets strangers use it: without nonce gaps. */
export function createMempool({ maxPending, stateOf }: MempoolOptions) {
  const senders = new Map<Address, Map<number, PooledMessage>>();
  const waiting = (from: Address) => senders.get(from) ?? new Map<number, PooledMessage>();

  function nextNonce(from: Address, stateNonce: number): number {
    let next = stateNonce;
    while (waiting(from).has(next)) next++;
    return next;
  }

  function put(message: PooledMessage): void {
    senders.set(message.from, waiting(message.from).set(message.nonce, message));
  }

  return {
    nextNonce,
    put,
    all: (): PooledMessage[] => [...senders.values()].flatMap((messages) => [...messages.values()]),
    find: (hash: Hash) =>
      [...senders.values()].flatMap((of) => [...of.values()]).find((one) => one.hash === hash),

    /** What `eth_sendRawTransaction` does, in Lotus's order. @throws RpcError in Lotus's words */
    async push(raw: Hex): Promise<Hash> {
      if (size(raw) > MAX_MESSAGE_BYTES)
        throw refusal(`mpool message too large (${size(raw)}B): message too big`);
      const message = await readMessage(raw);
      const { from, nonce, premium, required } = message;
      const sender = formatFilecoinAddress(fromEvmAddress(from));
      const state = await stateOf(from);
      if (state === undefined) throw actorNotFound("failed to look up actor state nonce", sender);
      if (nonce < state.nonce)
        throw refusal(`minimum expected nonce is ${state.nonce}: message nonce too low`);
      if (state.balance < required) {
        const amounts = `required: ${required} attoFIL, balance: ${state.balance} attoFIL`;
        throw refusal(`not enough funds (${amounts}): not enough funds to execute transaction`);
      }
      const next = nextNonce(from, state.nonce);
      if (nonce > next) {
        const gap = `(Nonce: ${nonce}, nextNonce: ${next})`;
        throw refusal(`message nonce has too big a gap from expected nonce ${gap}: unfulfilled nonce gap`);
      }
      const known = waiting(from).get(nonce);
      const inPool = `message from ${sender} with nonce ${nonce} already in mpool`;
      if (known?.hash === message.hash) throw refusal(`${inPool}: message with nonce already exists`);
      if (known !== undefined) {
        const least = (known.premium * REPLACE_PERCENT) / 100n + 1n;
        if (premium < least) {
          const raise = `increase GasPremium to ${least} from ${premium} to trigger replace by fee`;
          throw refusal(`${inPool}, ${raise}: replace by fee has too low GasPremium`);
        }
      } else if (waiting(from).size >= maxPending) {
        throw refusal("too many pending messages for actor");
      }
      put(message);
      return message.hash;
    },

    /** In a tipset now, or past: whatever waited at these nonces will never be. */
    async settle(from: Address): Promise<void> {
      const state = await stateOf(from);
      for (const nonce of waiting(from).keys()) if (nonce < (state?.nonce ?? 0)) waiting(from).delete(nonce);
    },

    /** The pool loses a message, as a node does that restarts or prunes. */
    forget(hash: Hash): void {
      for (const messages of senders.values())
        for (const message of messages.values()) if (message.hash === hash) messages.delete(message.nonce);
    },

    /** What could be put into a tipset: of each sender in the order of nonces, none after a gap. */
    async executable(): Promise<PooledMessage[]> {
      const chosen: PooledMessage[] = [];
      for (const [from, messages] of senders) {
        if (messages.size === 0) continue;
        const state = await stateOf(from);
        for (let nonce = state?.nonce ?? 0; messages.has(nonce); nonce++)
          chosen.push(messages.get(nonce) as PooledMessage);
      }
      return chosen;
    },
  };
}

/** @throws RpcError when it is no signed transaction */
export async function readMessage(raw: Hex): Promise<PooledMessage> {
  let parsed: ReturnType<typeof parseTransaction>;
  let from: Address;
  try {
    parsed = parseTransaction(raw);
    from = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized });
  } catch (error) {
    throw refusal(`failed to parse transaction: ${(error as Error).message.split("\n")[0]}`);
  }
  const feeCap = parsed.maxFeePerGas ?? parsed.gasPrice ?? 0n;
  return {
    ...{ raw, hash: keccak256(raw), from: from.toLowerCase() as Address, nonce: parsed.nonce ?? 0, feeCap },
    premium: parsed.maxPriorityFeePerGas ?? feeCap,
    required: feeCap * (parsed.gas ?? 0n) + (parsed.value ?? 0n),
  };
}
