import {
  type Address,
  createPublicClient,
  custom,
  decodeFunctionData,
  encodeErrorResult,
  type Hex,
  keccak256,
  type PublicClient,
  parseAbi,
  parseTransaction,
  toHex,
} from "viem";
import { chain } from "./test-chain.ts";

/** Counts its calls by argument; refuses 0, and what a test adds to `refused`. */
export const tallyAbi = parseAbi(["function count(uint256 by)", "error Refused()", "error NotYet()"]);
export const TALLY: Address = "0x00000000000000000000000000000000000000cc";

interface Entry {
  hash: Hex;
  raw: Hex;
  nonce: number;
  to: Address;
  data: Hex;
  gas: bigint;
  maxFee: bigint;
  tip: bigint;
}

interface Block {
  number: bigint;
  hash: Hex;
  parentHash: Hex;
  entries: Entry[];
}

export interface RpcRequest {
  method: string;
  params?: unknown;
}

/** JSON-RPC's error, as a provider throws it. */
export class NodeError extends Error {
  readonly code: number;
  readonly data: Hex | undefined;
  constructor(message: string, code = 1, data?: Hex) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const GAS_USED = 1_000_000n;

/**
 * A Filecoin node over a gateway, with one account and one contract on its chain: no nonce gaps, few pending messages,
 * 110 % to replace one, Lotus's words. Nothing is mined, dropped or undone but by a test.
 */
export class MemoryNode {
  readonly account: Address;
  readonly client: PublicClient;
  blocks: Block[] = [{ number: 0n, hash: keccak256("0x"), parentHash: keccak256("0x"), entries: [] }];
  mempool = new Map<number, Entry>();
  baseFee = 100n;
  balance = 10n ** 21n;
  maxPending = 10;
  /** States of past epochs are those before their own messages, as on Lotus, or after them, as on EVM nodes. */
  isDeferred = false;
  /** What the contract refuses, and with which error. */
  refused = new Map<bigint, "Refused" | "NotYet" | "">([[0n, "Refused"]]);
  /** Refusals of broadcasts, in Lotus's words. */
  rejections: string[] = [];
  /** Broadcasts, accepted or not. */
  broadcasts: Entry[] = [];
  /** May answer, or fail, instead of the node. */
  intercept: (request: RpcRequest, forward: () => unknown) => unknown = (_, forward) => forward();
  #salt = 0;

  constructor(account: Address) {
    this.account = account;
    const request = async (args: RpcRequest) => this.intercept(args, () => this.answer(args));
    this.client = createPublicClient({
      ...{ chain, cacheTime: 0, transport: custom({ request: request as never }, { retryCount: 0 }) },
    }) as PublicClient;
  }

  get head(): bigint {
    return (this.blocks.at(-1) as Block).number;
  }

  /** Next nonce by the chain alone. */
  get nonce(): number {
    return this.blocks.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  /** How often the contract was called with each argument. */
  get tally(): Map<bigint, number> {
    const tally = new Map<bigint, number>();
    for (const { entries } of this.blocks) {
      for (const { to, data } of entries) {
        if (to.toLowerCase() !== TALLY) continue;
        const by = argumentOf(data);
        if (!this.refused.has(by)) tally.set(by, (tally.get(by) ?? 0) + 1);
      }
    }
    return tally;
  }

  /** Blocks, the first with what of the mempool is in order and pays the base fee, `most` messages at most. */
  mine(blocks = 1, most = Number.POSITIVE_INFINITY): void {
    for (let index = 0; index < blocks; index++) {
      const entries: Entry[] = [];
      for (let next = this.nonce; index === 0 && entries.length < most; next++) {
        const entry = this.mempool.get(next);
        if (entry === undefined || entry.maxFee < this.baseFee) break;
        entries.push(entry);
        this.mempool.delete(next);
      }
      const parent = this.blocks.at(-1) as Block;
      const hash = keccak256(toHex(`${parent.hash}${this.#salt++}`));
      this.blocks.push({ number: parent.number + 1n, hash, parentHash: parent.hash, entries });
    }
  }

  /** Undoes blocks; the same number of empty ones follows. Their messages return to the mempool, or are lost. */
  reorganise(depth: number, isLost: (entry: Entry) => boolean = () => false): void {
    const undone = this.blocks.splice(Math.max(1, this.blocks.length - depth));
    for (const entry of undone.flatMap(({ entries }) => entries)) {
      if (!isLost(entry)) this.mempool.set(entry.nonce, entry);
    }
    for (let index = 0; index < undone.length; index++) this.mine(1, 0);
  }

  answer({ method, params }: RpcRequest): unknown {
    const [first, second] = (params ?? []) as [never, never];
    switch (method) {
      case "web3_clientVersion":
        return "1.36.2+mainnet+git.000000000";
      case "eth_chainId":
        return toHex(chain.id);
      case "eth_blockNumber":
        return toHex(this.head);
      case "eth_getBalance":
        return toHex(this.balance);
      case "eth_maxPriorityFeePerGas":
        return toHex(10n);
      case "eth_estimateGas":
        this.#call((first as { data: Hex }).data);
        return toHex(GAS_USED);
      case "eth_call":
        this.#call((first as { data: Hex }).data);
        return "0x";
      case "eth_getTransactionCount":
        return toHex(this.#count(second));
      case "eth_getBlockByNumber":
        return this.#block(this.blocks.at(first === "latest" ? -1 : Number(first)), second);
      case "eth_getBlockByHash":
        return this.#block(
          this.blocks.find(({ hash }) => hash === first),
          second,
        );
      case "eth_getTransactionByHash":
        return this.#transaction(first);
      case "eth_getTransactionReceipt":
        return this.#receipt(first);
      case "eth_sendRawTransaction":
        return this.#send(first);
      default:
        throw new NodeError(`method '${method}' not found`, -32601);
    }
  }

  #call(data: Hex): void {
    const errorName = this.refused.get(argumentOf(data));
    if (errorName === undefined) return;
    const revert = errorName === "" ? "0x" : encodeErrorResult({ abi: tallyAbi, errorName });
    throw new NodeError("execution reverted", 3, revert);
  }

  #count(block: string): number {
    if (block === "latest") return this.nonce;
    if (block === "pending") {
      let next = this.nonce;
      while (this.mempool.has(next)) next++;
      return next;
    }
    const to = BigInt(block) + (this.isDeferred ? 0n : 1n);
    if (BigInt(block) > this.head) throw new NodeError("requested a future epoch (beyond 'latest')");
    return this.blocks.reduce((sum, { number, entries }) => sum + (number < to ? entries.length : 0), 0);
  }

  #block(block: Block | undefined, withTransactions: boolean): unknown {
    if (block === undefined) return null;
    const { number, hash, parentHash, entries } = block;
    const transactions = entries.map((entry) =>
      withTransactions ? this.#described(entry, block) : entry.hash,
    );
    return { number: toHex(number), hash, parentHash, transactions, baseFeePerGas: toHex(this.baseFee) };
  }

  #described({ hash, nonce, to, data, gas }: Entry, block: Block | undefined): unknown {
    return {
      ...{ hash, nonce: toHex(nonce), to, from: this.account, input: data, gas: toHex(gas), value: "0x0" },
      ...{ blockHash: block?.hash ?? null, blockNumber: block ? toHex(block.number) : null, type: "0x2" },
    };
  }

  #find(hash: Hex): { block: Block; entry: Entry } | undefined {
    for (const block of this.blocks) {
      const entry = block.entries.find((known) => known.hash === hash);
      if (entry !== undefined) return { block, entry };
    }
    return undefined;
  }

  #transaction(hash: Hex): unknown {
    const found = this.#find(hash);
    if (found !== undefined) return this.#described(found.entry, found.block);
    const pending = [...this.mempool.values()].find((entry) => entry.hash === hash);
    return pending === undefined ? null : this.#described(pending, undefined);
  }

  #receipt(hash: Hex): unknown {
    const found = this.#find(hash);
    if (found === undefined) return null;
    const { block, entry } = found;
    const isRefused = entry.to.toLowerCase() === TALLY && this.refused.has(argumentOf(entry.data));
    return {
      ...{
        transactionHash: hash,
        transactionIndex: "0x0",
        blockHash: block.hash,
        from: this.account,
        to: entry.to,
      },
      ...{ blockNumber: toHex(block.number), status: isRefused ? "0x0" : "0x1", logs: [], type: "0x2" },
      ...{ gasUsed: toHex(GAS_USED), cumulativeGasUsed: toHex(GAS_USED), contractAddress: null },
      effectiveGasPrice: toHex(this.baseFee + entry.tip),
    };
  }

  #send(raw: Hex): Hex {
    const parsed = parseTransaction(raw as `0x02${string}`);
    const entry: Entry = {
      ...{
        hash: keccak256(raw),
        raw,
        nonce: parsed.nonce ?? 0,
        to: parsed.to as Address,
        data: parsed.data ?? "0x",
      },
      ...{ gas: parsed.gas ?? 0n, maxFee: parsed.maxFeePerGas ?? 0n, tip: parsed.maxPriorityFeePerGas ?? 0n },
    };
    this.broadcasts.push(entry);
    const refusal = this.#refusalOf(entry);
    if (refusal !== undefined) {
      this.rejections.push(refusal);
      throw new NodeError(refusal);
    }
    this.mempool.set(entry.nonce, entry);
    return entry.hash;
  }

  #refusalOf({ hash, nonce, gas, maxFee, tip }: Entry): string | undefined {
    const name = `message from ${this.account} with nonce ${nonce} already in mpool`;
    if (nonce < this.nonce)
      return `minimum expected nonce is ${this.nonce}, got ${nonce}: message nonce too low`;
    const next = this.#count("pending");
    if (nonce > next) {
      return `message nonce has too big a gap from expected nonce (Nonce: ${nonce}, nextNonce: ${next}): unfulfilled nonce gap`;
    }
    if (maxFee < this.baseFee / 2n) {
      return "GasFeeCap doesn't meet base fee lower bound for inclusion in the next 20 blocks: validation failure";
    }
    if (gas * maxFee > this.balance) {
      return `not enough funds (required: ${gas * maxFee}, balance: ${this.balance}): not enough funds to execute transaction`;
    }
    const existing = this.mempool.get(nonce);
    if (existing?.hash === hash) return `${name}: message with nonce already exists`;
    const least = existing === undefined ? 0n : (existing.tip * 110n) / 100n + 1n;
    if (tip < least) {
      return `${name}, increase GasPremium to ${least} from ${tip} to trigger replace by fee: replace by fee has too low GasPremium`;
    }
    if (existing === undefined && this.mempool.size >= this.maxPending)
      return "too many pending messages for actor";
    return undefined;
  }
}

function argumentOf(data: Hex): bigint {
  return decodeFunctionData({ abi: tallyAbi, data }).args[0];
}
