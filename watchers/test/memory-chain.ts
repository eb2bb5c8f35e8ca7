import { devnet, storageDealsAbi } from "@holdfast/sdk";
import {
  type Abi,
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  type PublicClient,
  parseAbiParameters,
} from "viem";

export const DEALS: Address = "0x00000000000000000000000000000000000dea15";

const [SETTLED] = encodeEventTopics({ abi: storageDealsAbi as Abi, eventName: "DealSettled" }) as [Hex];

/** How nodes tell a null round: Lotus, older Lotus, Forest. */
export type NullStyle = "code-12" | "null" | "previous";

export interface MemoryChainOptions {
  seed?: number;
  nullStyle?: NullStyle;
  /** Of 1: how many epochs are null rounds. */
  nullRounds?: number;
  /** Of 1: how many tipsets have an event; some have several. */
  events?: number;
  /** Epochs behind the head that are final; undefined: the node does not know the tag. */
  finality?: number | undefined;
  limits?: { epochs: number; results: number };
}

interface MemoryTipset {
  epoch: number;
  hash: Hex;
  parentHash: Hex;
  logs: MemoryLog[];
}

interface MemoryLog {
  amount: bigint;
  topics: Hex[];
  data: Hex;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A node on a chain that a test drives: null rounds, reorganisations, limits, hidden and forgotten events. Every event
 * is a DealSettled of its own amount, so that none is like another.
 */
export class MemoryChain {
  readonly random: () => number;
  readonly calls: Record<string, number> = {};
  readonly options: Required<Omit<MemoryChainOptions, "finality">> & Pick<MemoryChainOptions, "finality">;
  /** By epoch; undefined for a null round. */
  tipsets: (MemoryTipset | undefined)[];
  /** Epochs whose events the node does not show, for now. */
  readonly hidden = new Set<number>();
  /** The node has forgotten the events before this epoch. */
  prunedBefore = 0;
  /** Called before a request is answered; may throw in its place. */
  onRequest: (method: string, params: readonly unknown[]) => void = () => {};
  code: Hex = "0x60016002";
  readonly #byHash = new Map<string, MemoryTipset>();
  #next = 1n;

  constructor(options: MemoryChainOptions = {}) {
    this.options = {
      ...{ seed: 1, nullStyle: "code-12", nullRounds: 0.15, events: 0.5, finality: 30 },
      ...{ limits: { epochs: 2880, results: 10_000 } },
      ...options,
    };
    this.random = seeded(this.options.seed);
    const genesis = { epoch: 0, hash: this.#hash(), parentHash: `0x${"0".repeat(64)}` as Hex, logs: [] };
    this.tipsets = [genesis];
    this.#byHash.set(genesis.hash, genesis);
  }

  get head(): number {
    return this.tipsets.length - 1;
  }

  /** Epochs pass. The last is never a null round: the head of a node is a tipset. */
  advance(epochs: number): void {
    for (let count = 1; count <= epochs; count++) {
      if (count < epochs && this.random() < this.options.nullRounds) this.tipsets.push(undefined);
      else this.mine(this.random() < this.options.events ? 1 + Math.floor(this.random() * 3) : 0);
    }
  }

  /** A tipset with so many events. */
  mine(events: number): void {
    const parent = this.tipsets.findLast((tipset) => tipset !== undefined) as MemoryTipset;
    const logs = Array.from({ length: events }, () => this.#log());
    const tipset = { epoch: this.tipsets.length, hash: this.#hash(), parentHash: parent.hash, logs };
    this.tipsets.push(tipset);
    this.#byHash.set(tipset.hash, tipset);
  }

  skip(nullRounds: number): void {
    for (let count = 0; count < nullRounds; count++) this.tipsets.push(undefined);
  }

  /** The last `depth` epochs are replaced by others, at least as many. */
  reorg(depth: number): void {
    this.tipsets.length = Math.max(1, this.tipsets.length - depth);
    this.advance(depth);
  }

  /** Every node of the chain: blocks of forks that were left are served by their hash, as nodes do. */
  client(): PublicClient {
    const transport = custom({ request: (call: Call) => this.request(call) } as never, { retryCount: 0 });
    return createPublicClient({ chain: devnet, transport, cacheTime: 0 }) as PublicClient;
  }

  async request({ method, params = [] }: Call): Promise<unknown> {
    this.calls[method] = (this.calls[method] ?? 0) + 1;
    this.onRequest(method, params);
    if (method === "eth_chainId") return hex(devnet.id);
    if (method === "eth_getCode") return this.code;
    if (method === "eth_getBlockByHash") return shown(this.#byHash.get(params[0] as string));
    if (method === "eth_getBlockByNumber") return shown(this.#at(params[0] as string));
    if (method === "eth_getLogs") return this.#logs(params[0] as LogFilter);
    throw refusal(-32601, `method '${method}' not found`);
  }

  #at(which: string): MemoryTipset | undefined {
    const { finality, nullStyle } = this.options;
    if (which === "finalized" && finality === undefined) throw refusal(-32602, "unknown block tag");
    const epoch =
      which === "latest" ? this.head : which === "finalized" ? this.head - (finality ?? 0) : Number(which);
    if (epoch > this.head) throw refusal(1, "requested a future epoch (beyond 'latest')");
    const tipset = this.tipsets[Math.max(0, epoch)];
    const previous = () => this.tipsets.slice(0, epoch).findLast((known) => known !== undefined);
    if (tipset !== undefined) return tipset;
    if (which === "finalized" || nullStyle === "previous") return previous();
    if (nullStyle === "null") return undefined;
    throw refusal(12, `requested epoch was a null round (${epoch})`);
  }

  #logs({ fromBlock, toBlock, blockHash }: LogFilter): unknown[] {
    if (blockHash !== undefined) {
      const tipset = this.#byHash.get(blockHash);
      return tipset === undefined ? [] : this.#shownLogs(tipset);
    }
    const { limits, nullStyle } = this.options;
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    if (to > this.head) throw refusal(1, "requested a future epoch");
    if (from < this.prunedBefore)
      throw refusal(1, "bad tipset height: lookbacks of more than 24h0m0s are disallowed");
    if (to - from >= limits.epochs) throw refusal(-32005, "block range exceeds maximum of 2880");
    // No node is known to refuse a null round here; a reader that meets one must live with it.
    const border = [from, to].find((epoch) => this.tipsets[epoch] === undefined);
    if (border !== undefined && nullStyle === "code-12") {
      throw refusal(12, `requested epoch was a null round (${border})`);
    }
    const found = this.tipsets
      .slice(from, to + 1)
      .flatMap((tipset) => (tipset ? this.#shownLogs(tipset) : []));
    if (found.length > limits.results) throw refusal(-32005, `too many results: maximum ${limits.results}`);
    return found;
  }

  #shownLogs({ epoch, hash, logs }: MemoryTipset): unknown[] {
    if (this.hidden.has(epoch)) return [];
    return logs.map(({ topics, data }, index) => ({
      ...{ address: DEALS, topics, data, blockNumber: hex(epoch), blockHash: hash, removed: false },
      ...{ transactionHash: hash, transactionIndex: "0x0", logIndex: hex(index) },
    }));
  }

  #log(): MemoryLog {
    const amount = this.#next++;
    const subject: Hex = `0x${(amount % 97n).toString(16).padStart(64, "0")}`;
    const data = encodeAbiParameters(parseAbiParameters("uint256, int64"), [amount, 1n]);
    return { amount, topics: [SETTLED, subject], data };
  }

  #hash(): Hex {
    return `0x${(this.#next++).toString(16).padStart(64, "0")}`;
  }
}

interface Call {
  method: string;
  params?: readonly unknown[];
}

interface LogFilter {
  fromBlock?: Hex;
  toBlock?: Hex;
  blockHash?: Hex;
}

/** As JSON-RPC nodes refuse. */
export function refusal(code: number, message: string): Error {
  return Object.assign(new Error(message), { name: "RpcRequestError", code, details: message });
}

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}

function shown(tipset: MemoryTipset | undefined) {
  if (tipset === undefined) return null;
  const { epoch, hash, parentHash } = tipset;
  return { number: hex(epoch), hash, parentHash, timestamp: hex(epoch * 30), transactions: [], uncles: [] };
}
