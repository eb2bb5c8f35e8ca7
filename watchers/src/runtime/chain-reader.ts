import type { Logger } from "pino";
import {
  type Abi,
  type AbiEvent,
  type Address,
  decodeEventLog,
  type Hex,
  type PublicClient,
  type RpcLog,
  toEventSelector,
  zeroHash,
} from "viem";
import { ReorgTooDeepError } from "./chain-errors.ts";
import type { Checkpoint, EventLog, Gap, StoredEvent } from "./event-log.ts";
import type { Heads } from "./heads.ts";
import type { Metrics } from "./metrics.ts";
import { encodePayload } from "./payload.ts";
import { classifyRangeError, type Tipset, tipsetAt, tipsetOf } from "./tipset.ts";

/** A contract whose events are followed; those that its ABI does not know are left. */
export interface Source {
  name: string;
  address: Address;
  abi: Abi;
}

export interface ChainReaderOptions {
  log: EventLog;
  client: PublicClient;
  heads: { read(): Promise<Heads & { tipset: Tipset }> };
  sources: readonly Source[];
  /** The first epoch that matters: that of the deployment, or of the first deposit. */
  from: bigint;
  /** Of what was read, what is ours. Default: all. */
  keep?: (events: StoredEvent[]) => Promise<StoredEvent[]>;
  /** Of the node: epochs of one query, results of one query. Default: Lotus's 2,880 and 10,000. */
  limits?: { epochs: bigint; results: number };
  logger: Logger;
  metrics?: Metrics;
}

/** What one round found. */
export interface Poll {
  heads: Heads;
  /** Epochs that were taken back; 0 if none. */
  reorg: bigint;
  /** How many events were stored; `rescued` of them lay where the reader had been before. */
  stored: number;
  rescued: number;
  /** Up to where events are stored. */
  reached: bigint;
}

const LOTUS_LIMITS = { epochs: 2880n, results: 10_000 };
const DAY = 2880n;
const HOUR = 120n;
/** Least confirmation depth that the second look assumes. */
const MIN_DEPTH = 30n;

/**
 * Follows contracts' events into the database, exactly as the chain has them. Each poll looks again at the last two
 * confirmation depths, each hour of the chain at the last day, since nodes have been seen to hide events for a while.
 * It trusts hashes alone: epochs may be missing, tipsets may be replaced, nodes may answer from another fork.
 */
export function createChainReader(options: ChainReaderOptions) {
  const { log, client, heads, sources, from, keep, limits = LOTUS_LIMITS, logger, metrics } = options;
  const byAddress = new Map(
    sources.map((source) => [source.address.toLowerCase(), { ...source, events: eventsOf(source.abi) }]),
  );
  const topics = [...new Set([...byAddress.values()].flatMap(({ events }) => [...events.keys()]))];
  let range = limits.epochs;
  let sweptAt: bigint | undefined;

  /**
   * One round. What the node refuses is thrown, and nothing is lost: the next round goes on where this one stopped.
   * @throws ReorgTooDeepError
   */
  async function poll(): Promise<Poll> {
    const { tipset, latest, finalized } = await heads.read();
    const stored = await log.tipsets();
    let checkpoint = await log.checkpoint();
    const line = await lineFrom(tipset, finalized, stored);
    const ancestor = line.known ?? (await ancestorOf(stored, checkpoint));
    let reorg = 0n;
    // A head that is stored is an old one: the node is only behind.
    if (line.fresh.length > 0 && ancestor !== undefined && checkpoint !== undefined) {
      reorg = (stored[0] as Tipset).epoch - ancestor.epoch;
      if (reorg > 0n) {
        const final = stored.find(({ epoch }) => epoch <= checkpoint!.finalized);
        if (final !== undefined && ancestor.epoch < final.epoch) throw tooDeep(ancestor, checkpoint);
        await log.rollback(ancestor, checkpoint.finalized);
        checkpoint = { ...checkpoint, epoch: ancestor.epoch, hash: ancestor.hash };
        metrics?.reorgs.inc({ depth: String(reorg) });
        logger.warn({ epoch: ancestor.epoch, depth: reorg }, "chain reorganised");
      }
    }
    const joined = line.known === undefined ? [] : stored.filter(({ epoch }) => epoch <= line.known!.epoch);
    const known = [...line.fresh, ...joined];
    const found = await scan({ latest, finalized, known, fresh: line.fresh, checkpoint });
    metrics?.nullRounds.inc(nullRoundsIn(line.fresh, line.known));
    metrics?.lagEpochs.set(Number(latest - found.reached));
    return { heads: { latest, finalized }, reorg, ...found };
  }

  /** From the head back by parents, newest first, to a tipset that is stored, or one that is final. */
  async function lineFrom(head: Tipset, finalized: bigint, stored: readonly Tipset[]) {
    const hashes = new Set(stored.map(({ hash }) => hash));
    const fresh: Tipset[] = [];
    for (let at = head; ; at = await tipsetOf(client, { blockHash: at.parentHash })) {
      if (hashes.has(at.hash)) return { fresh, known: at };
      fresh.push(at);
      if (at.epoch <= finalized || at.epoch <= from) return { fresh, known: undefined };
    }
  }

  /**
   * The newest stored tipset that the chain still has. A node too young to tell is believed what was final. Soon after
   * the first start nothing stored is final: then, if all of it is gone, the place before all of it.
   */
  async function ancestorOf(stored: readonly Tipset[], checkpoint: Checkpoint | undefined) {
    const lowest = stored.at(-1);
    if (checkpoint === undefined || lowest === undefined) return undefined;
    for (const tipset of stored) {
      try {
        if ((await tipsetAt(client, tipset.epoch))?.hash === tipset.hash) return tipset;
      } catch (error) {
        if (classifyRangeError(error) !== "gone") throw error;
        if (tipset.epoch <= checkpoint.finalized) return tipset;
      }
    }
    if (lowest.epoch <= checkpoint.finalized) throw tooDeep(lowest, checkpoint);
    return { epoch: least(lowest.epoch, from) - 1n, hash: zeroHash, parentHash: zeroHash };
  }

  async function scan({ latest, finalized, known, fresh, checkpoint }: Scan) {
    const reached = checkpoint?.epoch ?? from - 1n;
    const depth = latest - finalized > MIN_DEPTH ? latest - finalized : MIN_DEPTH;
    const sweeps = sweptAt === undefined || latest - sweptAt >= HOUR;
    const again = latest - (sweeps && DAY > 2n * depth ? DAY : 2n * depth);
    let at = greatest(least(reached, again) + 1n, from);
    let place = checkpoint;
    let gap: Gap | undefined;
    let [stored, rescued] = [0, 0];
    while (at <= latest) {
      const to = least(at + range - 1n, latest);
      const logs = await readRange(at, to);
      if (logs === "smaller") continue;
      if (logs === "gone") {
        const kept = await firstKept(at, latest);
        // Where the reader has been already, nothing is missing: it only cannot look again.
        if (kept > reached + 1n) gap = [greatest(at, reached + 1n), kept - 1n];
        at = kept;
        continue;
      }
      const events = await unstored(logs, at, to, known, checkpoint);
      const before = place?.epoch ?? -1n;
      const tipset = to > before ? await lastTipset(at, to, known) : undefined;
      const tipsets = fresh.filter(({ epoch }) => before < epoch && epoch <= to);
      if (tipset !== undefined && tipset.epoch > before) {
        if (tipsets[0]?.epoch !== tipset.epoch) tipsets.push(tipset);
        const final = greatest(least(finalized, tipset.epoch), place?.finalized ?? 0n);
        place = { epoch: tipset.epoch, hash: tipset.hash, finalized: final };
      }
      if (events.length + tipsets.length > 0 || gap !== undefined) {
        await log.append(events, tipsets, place, gap === undefined ? [] : await withGap(gap));
      }
      gap = undefined;
      stored += events.length;
      rescued += events.filter(({ epoch }) => BigInt(epoch) <= reached).length;
      for (const { contract } of events) metrics?.events.inc({ contract });
      at = to + 1n;
    }
    if (sweeps) sweptAt = latest;
    if (rescued > 0) {
      metrics?.rescues.inc(rescued);
      logger.warn({ rescued }, "events found only by a second look");
    }
    return { stored, rescued, reached: place?.epoch ?? reached };
  }

  /** All logs of a range, or what to do about it. Adapts the range. */
  async function readRange(at: bigint, to: bigint): Promise<RpcLog[] | "smaller" | "gone"> {
    let refusal: ReturnType<typeof classifyRangeError> | undefined;
    try {
      const logs = await getLogs({ fromBlock: hex(at), toBlock: hex(to) });
      // As many as the node would give at most: it may have kept the rest.
      if (logs.length < limits.results) {
        if (to - at + 1n === range) range = least((range * 3n + 1n) / 2n, limits.epochs);
        return logs.filter(
          ({ blockNumber }) => at <= BigInt(blockNumber ?? -1) && BigInt(blockNumber ?? -1) <= to,
        );
      }
      refusal = "too-large";
    } catch (error) {
      refusal = classifyRangeError(error);
      if (refusal === "other") throw error;
      if (refusal === "gone") return "gone";
    }
    if (to > at) {
      range = (to - at + 1n) / 2n;
      return "smaller";
    }
    if (refusal === "null-round") return [];
    // One epoch with more than a query may give: by its hash there is no limit.
    const tipset = await tipsetAt(client, at);
    return tipset === undefined ? [] : getLogs({ blockHash: tipset.hash });
  }

  async function getLogs(where: { fromBlock: Hex; toBlock: Hex } | { blockHash: Hex }): Promise<RpcLog[]> {
    const filter = { ...where, address: sources.map(({ address }) => address), topics: [topics] };
    return client.request({ method: "eth_getLogs", params: [filter] }, { retryCount: 0 });
  }

  /** Of a range's logs those that are not stored, decoded, in order, each once. */
  async function unstored(
    logs: RpcLog[],
    at: bigint,
    to: bigint,
    known: readonly Tipset[],
    before: Checkpoint | undefined,
  ) {
    const lowest = known.at(-1)?.epoch ?? to + 1n;
    const hashes = new Map(known.map(({ epoch, hash }) => [Number(epoch), hash as string]));
    const places = new Map<string, string>();
    for (const { epoch, logIndex, blockHash } of await log.placesIn(at, to))
      places.set(`${epoch}:${logIndex}`, blockHash);
    const fresh: StoredEvent[] = [];
    for (const entry of logs) {
      if (entry.removed) continue;
      const [epoch, logIndex] = [Number(entry.blockNumber), Number(entry.logIndex)];
      const place = `${epoch}:${logIndex}`;
      const stored = places.get(place);
      if (BigInt(epoch) >= lowest && hashes.get(epoch) !== entry.blockHash) throw new OtherForkError(epoch);
      if (stored !== undefined && stored !== entry.blockHash) {
        if (before !== undefined && BigInt(epoch) <= before.finalized)
          throw new ReorgTooDeepError(
            `The node has other events at epoch ${epoch} than it had`,
            before.finalized,
          );
        throw new OtherForkError(epoch);
      }
      if (stored !== undefined) continue;
      places.set(place, entry.blockHash as string);
      const event = eventFrom(entry);
      if (event !== undefined) fresh.push(event);
    }
    fresh.sort((a, b) => a.epoch - b.epoch || a.logIndex - b.logIndex);
    return keep === undefined ? fresh : keep(fresh);
  }

  function eventFrom(entry: RpcLog): StoredEvent | undefined {
    const source = byAddress.get(entry.address.toLowerCase());
    const item = source?.events.get(entry.topics[0] as Hex);
    if (source === undefined || item === undefined) return undefined;
    const { args } = decodeEventLog({
      abi: [item],
      data: entry.data,
      topics: entry.topics as [Hex, ...Hex[]],
    });
    return {
      ...{ epoch: Number(entry.blockNumber), logIndex: Number(entry.logIndex) },
      ...{ blockHash: entry.blockHash as string, transactionHash: entry.transactionHash as string },
      ...{ contract: source.name, address: source.address, event: item.name },
      ...{ subject: entry.topics[1] ?? null, args: encodePayload(args ?? {}) },
      ...{ topics: JSON.stringify(entry.topics), data: entry.data },
    };
  }

  /** The last tipset of a range; undefined if all of it are null rounds. */
  async function lastTipset(at: bigint, to: bigint, known: readonly Tipset[]): Promise<Tipset | undefined> {
    let tipset = known.find(({ epoch }) => epoch <= to);
    for (let epoch = to; tipset === undefined && epoch >= at; epoch--) tipset = await tipsetAt(client, epoch);
    return tipset;
  }

  /** The first epoch from `at` on whose events the node still has. */
  async function firstKept(at: bigint, latest: bigint): Promise<bigint> {
    let [gone, kept] = [at, latest + 1n];
    while (kept - gone > 1n) {
      const middle = (gone + kept) / 2n;
      if ((await readRange(middle, middle)) === "gone") gone = middle;
      else kept = middle;
    }
    if (kept > latest)
      throw new Error(
        `The node gives no events at all, not even of epoch ${latest}.\nNext: use another node.`,
      );
    return kept;
  }

  async function withGap(gap: Gap): Promise<Gap[]> {
    logger.error(
      { from: gap[0], to: gap[1] },
      "no node has these epochs' events any more; contracts' state is read instead",
    );
    return [...(await log.gaps()), gap];
  }

  return { poll };
}

export type ChainReader = ReturnType<typeof createChainReader>;

/** A node answered from another fork than the one whose head it gave: the next poll sees which is right. */
export class OtherForkError extends Error {
  constructor(epoch: number) {
    super(
      `The node's events of epoch ${epoch} are of another fork than its head. Next: nothing, it is asked again.`,
    );
    this.name = "OtherForkError";
  }
}

interface Scan {
  latest: bigint;
  finalized: bigint;
  /** Tipsets of the chain without a hole, newest first, down to a final one; `fresh` of them are not stored yet. */
  known: readonly Tipset[];
  fresh: readonly Tipset[];
  checkpoint: Checkpoint | undefined;
}

function tooDeep(lowest: Tipset, { epoch, finalized }: Checkpoint): ReorgTooDeepError {
  return new ReorgTooDeepError(
    `The chain was reorganised from epoch ${epoch} to below ${lowest.epoch}`,
    finalized,
  );
}

/** By selector. */
function eventsOf(abi: Abi): Map<Hex, AbiEvent> {
  const events = abi.filter((item): item is AbiEvent => item.type === "event");
  return new Map(events.map((item) => [toEventSelector(item), item]));
}

function nullRoundsIn(fresh: readonly Tipset[], known: Tipset | undefined): number {
  const line = known === undefined ? fresh : [...fresh, known];
  return line
    .slice(1)
    .reduce((sum, { epoch }, index) => sum + Number((line[index] as Tipset).epoch - epoch) - 1, 0);
}

function hex(epoch: bigint): Hex {
  return `0x${epoch.toString(16)}`;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
