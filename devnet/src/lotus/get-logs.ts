import { type Address, type Hash, type Hex, hexToNumber, isHex, numberToHex } from "viem";
import type { RpcProvider } from "../chain/rpc-server.ts";
import { refusal, tooMuch } from "./rpc-error.ts";
import type { Tipsets, View } from "./tipsets.ts";

export interface LogLimits {
  /** Epochs between the first and the last of a query. */
  maxRange: number;
  /** Results of a query over more than one tipset. */
  maxResults: number;
  /** Epochs whose logs are kept; undefined: all. */
  retention: number | undefined;
  /** What becomes of a query that reaches further back: refused, or answered with what is left, as if it were all. */
  pruned: "refuse" | "omit";
}

/** A log as the chain beneath answers it. */
export interface RawLog {
  address: Address;
  blockHash: Hash;
  blockNumber: Hex;
  logIndex: Hex;
  transactionHash: Hash;
  topics: Hex[];
  data: Hex;
}

/** A filter of `eth_getLogs`. */
export interface LogQuery {
  fromBlock?: string;
  toBlock?: string;
  blockHash?: Hash;
  address?: Address | Address[];
  topics?: unknown[];
}

const MAX_TOPICS = 4;
const failed = (why: string) => refusal(`failed to get events for filter: ${why}`);
const unparsed = (why: string) => failed(`failed to parse eth filter spec: ${why}`);

/** `eth_getLogs` with Lotus's rules for ranges: hex, `latest` and `earliest` only, nothing at or above the head. */
export async function getLogs(
  {
    provider,
    tipsets,
    limits,
    view,
  }: { provider: RpcProvider; tipsets: Tipsets; limits: LogLimits; view: View },
  query: LogQuery,
): Promise<RawLog[]> {
  if ((query.topics?.length ?? 0) > MAX_TOPICS) throw unparsed("invalid filter: too many topics");
  const { from, to } = rangeOf(query, view, tipsets, limits.maxRange);
  const kept = limits.retention === undefined ? 0 : view.latest - limits.retention;
  if (from < kept && limits.pruned === "refuse") {
    const hours = Math.round(((limits.retention ?? 0) * 30) / 3600);
    throw refusal(`bad tipset: lookbacks of more than ${hours}h0m0s are disallowed`);
  }
  if (to < kept) return [];
  const range = {
    fromBlock: numberToHex(Math.max(from, kept)),
    // The head is not executed: nobody has its logs yet.
    toBlock: numberToHex(Math.min(to, view.latest)),
  };
  if (hexToNumber(range.toBlock) < hexToNumber(range.fromBlock)) return [];
  const { address, topics } = query;
  const filter = { ...range, ...(address && { address }), ...(topics && { topics }) };
  const logs = (await provider.request({ method: "eth_getLogs", params: [filter] })) as RawLog[];
  if (logs.length > limits.maxResults && new Set(logs.map((log) => log.blockHash)).size > 1) {
    throw failed(
      "failed to get events for filter from chain indexer: filter matches too many events, try a more restricted filter",
    );
  }
  return logs;
}

function rangeOf(query: LogQuery, { head, latest }: View, tipsets: Tipsets, maxRange: number) {
  const { fromBlock, toBlock, blockHash } = query;
  const beyond = failed("cannot ask for events for a tipset at or greater than head");
  if (blockHash !== undefined) {
    if (fromBlock !== undefined || toBlock !== undefined)
      throw unparsed("must not specify block hash and from/to block");
    const height = tipsets.heightOf(blockHash);
    if (height === undefined) throw failed(`failed to get tipset by cid: ${blockHash} not found`);
    if (height >= head) throw beyond;
    return { from: height, to: height };
  }
  const from = heightOf(fromBlock, "FromBlock", head - 1);
  const isOpen = toBlock === undefined || toBlock === "latest" || toBlock === "";
  const to = isOpen ? latest : heightOf(toBlock, "ToBlock", head - 1);
  const span = (isOpen ? head - 1 : to) - from;
  if (!isOpen && span < 0) {
    throw unparsed(`invalid epoch range: to block (${to}) must be after from block (${from})`);
  }
  if (span > maxRange) throw tooMuch(`block range exceeds maximum of ${maxRange} (got ${span})`);
  if (from >= head || to >= head) throw beyond;
  return { from, to };
}

function heightOf(text: string | undefined, name: string, newest: number): number {
  if (text === undefined || text === "latest" || text === "") return newest;
  if (text === "earliest") return 0;
  if (!isHex(text)) throw unparsed(`${name} is not a hex`);
  return hexToNumber(text);
}
