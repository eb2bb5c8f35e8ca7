import {
  type Address,
  type Hash,
  type Hex,
  hexToBigInt,
  hexToNumber,
  keccak256,
  numberToHex,
  serializeTransaction,
  stringToBytes,
  type TransactionSerializable,
} from "viem";
import { EPOCH_SECONDS } from "../chain/epochs.ts";
import type { RpcProvider } from "../chain/rpc-server.ts";
import { chance, choose, type Seed } from "./chance.ts";
import { type AccountState, createMempool, type PooledMessage, readMessage } from "./mempool.ts";
import { createTipsets, type Round } from "./tipsets.ts";
import type { Turns } from "./turns.ts";

/**
 * What becomes of a message whose tipset is abandoned: it is in the new branch at the same epoch; in the new branch
 * later, by up to 3 epochs; back in the pool, to be included after the new branch; forgotten by the node.
 */
export type Fate = "keep" | "delay" | "return" | "lose";

export interface Reorg {
  /** Epochs that are abandoned. */
  depth: number;
  /** Default: all are kept. Messages that the network itself sent, past the mempool, are kept always. */
  fateOf?(message: PooledMessage): Fate;
}

export interface EpochMakerOptions {
  provider: RpcProvider;
  turns: Turns;
  seed: Seed;
  /** Which epochs have no tipset: by chance, or those named. An epoch with messages of the network always has one. */
  nullRounds: number | ((epoch: number) => boolean);
  /** Reorganisations that happen by themselves: on average every `every` epochs, of depth 1 to `maxDepth`. */
  reorgs?: { every: number; maxDepth: number };
  maxPending: number;
}

/** A block of the chain beneath, as it answers it with transactions in full. */
export interface RawBlock {
  number: Hex;
  hash: Hex;
  parentHash: Hex;
  timestamp: Hex;
  transactions: RawTransaction[];
}
export type RawTransaction = Record<string, unknown> & { hash: Hash; from: Address };

export type EpochMaker = Awaited<ReturnType<typeof createEpochMaker>>;

const FATES: readonly Fate[] = [
  "keep",
  "keep",
  "keep",
  "keep",
  "keep",
  "keep",
  "delay",
  "delay",
  "return",
  "lose",
];
const LONGEST_DELAY = 3;

/** Makes the epochs of a chain whose automatic mining is off: with null rounds, out of a mempool, and undoes them. */
export async function createEpochMaker(options: EpochMakerOptions) {
  const { provider, turns, seed, nullRounds, reorgs, maxPending } = options;
  const request = <T>(method: string, ...params: unknown[]) =>
    provider.request({ method, params }) as Promise<T>;
  const blockAt = (height: number | "latest", full: boolean) =>
    request<RawBlock>("eth_getBlockByNumber", height === "latest" ? height : numberToHex(height), full);

  const first = await blockAt("latest", false);
  const startHeight = hexToNumber(first.number);
  const startTime = hexToNumber(first.timestamp);
  const tipsets = createTipsets({ height: startHeight, hash: first.hash, isNull: false });
  const mempool = createMempool({ maxPending, stateOf });
  /** Of the state after each epoch. */
  const snapshots = new Map<number, unknown>();
  /** Blocks that a node still has, though they are on no chain any more. */
  const orphans = new Map<Hash, RawBlock>();
  /** Messages that came through the mempool. */
  const included = new Map<Hash, PooledMessage>();
  /** Messages of the mempool that must wait, and until when. */
  const notBefore = new Map<Hash, number>();
  /** The network's own messages of an abandoned branch, which are to be in the new one. */
  let native: { raw: Hex; height: number }[] = [];
  let branch = 0;
  let isHeld = (_: PooledMessage) => false;
  let made = 0;
  const counts = { nullRounds: 0, reorgs: 0 };

  async function stateOf(from: Address): Promise<AccountState> {
    const [nonce, balance] = await Promise.all([
      // What the network's own parties have sent, past the mempool, is as good as included.
      request<Hex>("eth_getTransactionCount", from, "pending").then(hexToNumber),
      request<Hex>("eth_getBalance", from, "latest").then(hexToBigInt),
    ]);
    return nonce === 0 && balance === 0n ? undefined : { nonce, balance };
  }

  function isNullRound(height: number): boolean {
    if (typeof nullRounds === "function") return nullRounds(height);
    return chance(seed, "null", branch, height) < nullRounds;
  }

  const poolBeneath = () => request<RawTransaction[]>("eth_pendingTransactions");

  async function makeEpoch(): Promise<void> {
    const height = tipsets.top().height + 1;
    snapshots.set(height - 1, await request("evm_snapshot"));
    for (const { raw } of native.filter((one) => one.height <= height)) await submitAgain(raw);
    native = native.filter((one) => one.height > height);
    const isNull = (await poolBeneath()).length === 0 && isNullRound(height);
    const chosen = isNull ? [] : await includable();
    const refused = new Set<Address>();
    for (const message of chosen) {
      const { raw, hash, from } = message;
      if (refused.has(from)) continue;
      const waits = (notBefore.get(hash) ?? 0) > height;
      // Its fee cap may lie below the base fee, its sender may have spent what it costs: then it waits, and all after it.
      if (waits || !(await submit(raw))) refused.add(from);
      else included.set(hash, message);
    }
    const timestamp = startTime + (height - startHeight) * EPOCH_SECONDS;
    await request("evm_setNextBlockTimestamp", timestamp);
    await request("evm_mine");
    for (const { hash } of await poolBeneath())
      if (chosen.some((one) => one.hash === hash)) await request("hardhat_dropTransaction", hash);
    const { hash } = await blockAt(height, false);
    tipsets.append({ height, hash, isNull });
    if (isNull) counts.nullRounds++;
    for (const from of new Set(mempool.all().map((one) => one.from))) await mempool.settle(from);
  }

  /** Whoever is held holds up the sender's later messages. */
  async function includable(): Promise<PooledMessage[]> {
    const stopped = new Set<Address>();
    return (await mempool.executable()).filter((message) => {
      if (isHeld(message)) stopped.add(message.from);
      return !stopped.has(message.from);
    });
  }

  const submit = (raw: Hex): Promise<boolean> =>
    request("eth_sendRawTransaction", raw).then(
      () => true,
      () => false,
    );

  /** After going back, the pool beneath may hold the message still, or a block of the new branch already. */
  async function submitAgain(raw: Hex): Promise<void> {
    if (await submit(raw)) return;
    const hash = keccak256(raw);
    if ((await poolBeneath()).some((one) => one.hash === hash)) return;
    if ((await request("eth_getTransactionReceipt", hash)) !== null) return;
    throw new Error(`The network's own message ${hash} does not fit into the new branch.`);
  }

  /** Goes back `depth` epochs and makes as many others. Returns what was abandoned. */
  async function replaceBranch({ depth, fateOf = () => "keep" }: Reorg): Promise<Round[]> {
    const end = tipsets.top().height;
    const fork = end - depth;
    if (fork < startHeight)
      throw new RangeError(`only ${end - startHeight} epochs can be reorganised, not ${depth}`);
    const known = new Set<Hash>();
    const abandoned: { message: PooledMessage; height: number; isNative: boolean }[] = [];
    for (let height = fork + 1; height <= end; height++) {
      const block = await blockAt(height, true);
      if (tipsets.round(height)?.isNull) continue;
      orphans.set(block.hash, { ...block, parentHash: shownParent(height) });
      for (const transaction of block.transactions) {
        const own = included.get(transaction.hash);
        known.add(transaction.hash);
        abandoned.push({ message: own ?? (await readMessage(rawOf(transaction))), height, isNative: !own });
      }
    }
    for (const transaction of await poolBeneath())
      if (!known.has(transaction.hash)) native.push({ raw: rawOf(transaction), height: end + 1 });

    if (!(await request("evm_revert", snapshots.get(fork))))
      throw new Error(`the state of epoch ${fork} is lost`);
    const rounds = tipsets.truncate(fork);
    counts.nullRounds -= rounds.filter(({ isNull }) => isNull).length;
    counts.reorgs++;
    branch++;
    await request("hardhat_setPrevRandao", keccak256(stringToBytes(`${seed}:branch:${branch}`)));
    for (const { message, height, isNative } of abandoned) {
      if (isNative) {
        native.push({ raw: message.raw, height });
        continue;
      }
      const fate = fateOf(message);
      if (fate === "lose") continue;
      const later = { keep: 0, delay: 1 + Math.floor(chance(seed, "delay", message.hash) * LONGEST_DELAY) };
      notBefore.set(message.hash, fate === "return" ? end + 1 : height + later[fate]);
      mempool.put(message);
    }
    while (tipsets.top().height < end) await makeEpoch();
    return rounds;
  }

  /** The parent that a tipset names: not the null rounds before it. */
  function shownParent(height: number): Hash {
    const parent = tipsets.round(tipsets.atOrBelow(height - 1));
    return parent?.hash ?? first.parentHash;
  }

  return {
    tipsets,
    mempool,
    stateOf,
    shownParent,
    orphan: (hash: Hash) => orphans.get(hash),

    /** Makes `count` epochs, some of them null rounds. */
    async mine(count: bigint): Promise<void> {
      for (let left = count; left > 0n; left--) {
        await turns.exclusive(makeEpoch);
        if (reorgs === undefined || chance(seed, "reorg", ++made) * reorgs.every >= 1) continue;
        const depth = 1 + Math.floor(chance(seed, "depth", made) * reorgs.maxDepth);
        if (tipsets.top().height - depth < startHeight) continue;
        const fateOf = (message: PooledMessage) => choose(FATES, seed, "fate", branch, message.hash);
        await turns.exclusive(() => replaceBranch({ depth, fateOf }));
      }
    },

    /** What has happened: null rounds of the canonical chain, and how often it changed. */
    counts: () => ({ epochs: tipsets.top().height - startHeight, ...counts }),

    reorg: (reorg: Reorg) => turns.exclusive(() => replaceBranch(reorg)),

    /** Messages of the mempool that get into no tipset, from now on: all, none, or those that match. */
    hold(which: boolean | ((message: PooledMessage) => boolean)): void {
      isHeld = typeof which === "function" ? which : () => which;
    },

    /** Whether messages wait for an epoch to pass: to be included, or to be executed. */
    async waiting(): Promise<boolean> {
      if ((await poolBeneath()).length > 0 || (await includable()).length > 0) return true;
      const { transactions } = await blockAt(tipsets.view().head, false);
      return transactions.length > 0;
    },
  };
}

/** The signed bytes of a transaction as the chain beneath shows it. */
function rawOf(transaction: RawTransaction): Hex {
  const field = (name: string) => transaction[name] as Hex;
  const big = (name: string) => hexToBigInt(field(name));
  const type = Number(transaction.type);
  const fees =
    type === 2
      ? { maxFeePerGas: big("maxFeePerGas"), maxPriorityFeePerGas: big("maxPriorityFeePerGas") }
      : { gasPrice: big("gasPrice") };
  const unsigned = {
    ...{
      type: (["legacy", "eip2930", "eip1559"] as const)[type],
      nonce: hexToNumber(field("nonce")),
      ...fees,
    },
    ...{ gas: big("gas"), to: transaction.to, value: big("value"), data: field("input") },
    ...(type === 0 ? {} : { accessList: transaction.accessList }),
    ...(transaction.chainId === undefined ? {} : { chainId: hexToNumber(field("chainId")) }),
  } as TransactionSerializable;
  const raw = serializeTransaction(unsigned, {
    ...{ r: numberToHex(big("r"), { size: 32 }), s: numberToHex(big("s"), { size: 32 }) },
    ...(type === 0 ? { v: big("v") } : { yParity: Number(transaction.yParity ?? transaction.v) }),
  } as Parameters<typeof serializeTransaction>[1]);
  if (keccak256(raw) !== transaction.hash)
    throw new Error(`cannot write ${transaction.hash} again as it was`);
  return raw;
}
