import { formatFilecoinAddress, fromEvmAddress } from "@holdfast/sdk";
import {
  type Address,
  type Hash,
  type Hex,
  hexToBigInt,
  hexToNumber,
  numberToHex,
  parseTransaction,
} from "viem";
import type { RpcMethods, RpcProvider } from "../chain/rpc-server.ts";
import type { EpochMaker, RawBlock, RawTransaction } from "./epoch-maker.ts";
import { getLogs, type LogLimits, type LogQuery } from "./get-logs.ts";
import type { PooledMessage } from "./mempool.ts";
import { actorNotFound, NullRoundError, unknownMethod } from "./rpc-error.ts";
import type { BlockParameter, Finality, View } from "./tipsets.ts";

/**
 * How a client answers for a null round, and with which HTTP status it sends errors: Lotus with error 12, and 500;
 * Lotus before 2024 with null; Forest with the tipset before, and 200.
 */
export type ClientStyle = "lotus" | "old-lotus" | "forest";

export interface MethodsOptions {
  provider: RpcProvider;
  maker: EpochMaker;
  style: ClientStyle;
  finality: Finality;
  limits: LogLimits;
  /** Beyond the Ethereum API: answered as they are. */
  others: RpcMethods;
}

type Method = (params: readonly unknown[], view: View) => Promise<unknown>;

const GAS_OVERESTIMATION_PERCENT = 125n;

/** Where the block parameter stands in the reads of state, for which a null round means the tipset before. */
const STATE_READS: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_feeHistory: 1,
};
const AS_BENEATH = [
  "eth_chainId",
  "net_version",
  "net_listening",
  "eth_gasPrice",
  "eth_maxPriorityFeePerGas",
];

/** The Ethereum API of a Filecoin node over a chain that has none of its ways. @throws RpcError */
export function createMethods(options: MethodsOptions) {
  const { provider, maker, style, finality, limits, others } = options;
  const { tipsets, mempool } = maker;
  const request = <T>(method: string, ...params: unknown[]) =>
    provider.request({ method, params }) as Promise<T>;
  const resolve = (parameter: unknown, view: View, strict = false) =>
    tipsets.resolve(parameter as BlockParameter, view, finality, strict);

  /** The tipset at an epoch, as this client sees null rounds; undefined: it answers null. */
  function tipsetAt(parameter: unknown, view: View): number | undefined {
    try {
      return resolve(parameter, view, true);
    } catch (error) {
      if (!(error instanceof NullRoundError) || style === "lotus") throw error;
      return style === "forest" ? error.before : undefined;
    }
  }

  const show = (block: RawBlock | null): RawBlock | null => {
    if (block === null) return null;
    const height = hexToNumber(block.number);
    return height <= tipsets.base ? block : { ...block, parentHash: maker.shownParent(height) };
  };
  const blockAt = async (height: number, full: unknown) =>
    show(await request<RawBlock>("eth_getBlockByNumber", numberToHex(height), full === true));

  /** By hash a node finds tipsets of abandoned branches too. */
  async function blockByHash(hash: Hash, full: unknown, view: View): Promise<RawBlock | null> {
    const orphan = maker.orphan(hash);
    if (orphan !== undefined)
      return full === true
        ? orphan
        : { ...orphan, transactions: orphan.transactions.map((one) => one.hash) as never };
    const block = await request<RawBlock | null>("eth_getBlockByHash", hash, full === true);
    if (block === null || hexToNumber(block.number) > view.head) return null;
    return tipsets.round(hexToNumber(block.number))?.isNull ? null : show(block);
  }

  /** Executed messages only: those of the head have no receipt, and are not found anywhere for that long. */
  async function executed<T extends { blockNumber: Hex | null }>(method: string, hash: unknown, view: View) {
    const found = await request<T | null>(method, hash);
    if (found === null || found.blockNumber === null) return null;
    return hexToNumber(found.blockNumber) <= view.latest ? found : null;
  }

  async function transactionCount([address, parameter]: readonly unknown[], view: View): Promise<Hex> {
    const from = (address as Address).toLowerCase() as Address;
    if (parameter !== "pending") {
      // As the tipset found it: its own messages, though executed, do not count.
      const before = tipsets.atOrBelow(resolve(parameter, view) - 1);
      return request("eth_getTransactionCount", from, numberToHex(before));
    }
    const state = await maker.stateOf(from);
    return numberToHex(mempool.nextNonce(from, state?.nonce ?? 0));
  }

  async function estimateGas([call, parameter]: readonly unknown[], view: View): Promise<Hex> {
    const { from } = call as { from?: Address };
    if (from !== undefined && (await maker.stateOf(from)) === undefined) {
      throw actorNotFound("failed to estimate gas", formatFilecoinAddress(fromEvmAddress(from)));
    }
    // On the head: its messages have happened, those of the mempool have not.
    const height = parameter === undefined ? view.head : resolve(parameter, view);
    const gas = await request<Hex>("eth_estimateGas", call, numberToHex(height));
    return numberToHex((hexToBigInt(gas) * GAS_OVERESTIMATION_PERCENT) / 100n);
  }

  const methods: Record<string, Method> = {
    web3_clientVersion: async () => (style === "forest" ? "forest/0.36.0" : "lotus-1.36.2"),
    eth_syncing: async () => false,
    eth_accounts: async () => [],
    eth_blockNumber: async (_, view) => numberToHex(view.latest),
    eth_getBlockByNumber: async ([parameter, full], view) => {
      const height = tipsetAt(parameter, view);
      return height === undefined ? null : blockAt(height, full);
    },
    eth_getBlockByHash: ([hash, full], view) => blockByHash(hash as Hash, full, view),
    eth_getBlockReceipts: async ([parameter], view) => {
      const height = tipsetAt(parameter, view);
      return height === undefined ? null : request("eth_getBlockReceipts", numberToHex(height));
    },
    eth_getBlockTransactionCountByNumber: async ([parameter], view) => {
      const height = tipsetAt(parameter, view);
      return height === undefined
        ? null
        : numberToHex((await blockAt(height, false))?.transactions.length ?? 0);
    },
    eth_getTransactionReceipt: ([hash], view) => executed("eth_getTransactionReceipt", hash, view),
    eth_getTransactionByHash: async ([hash], view) => {
      const waiting = mempool.find(hash as Hash);
      if (waiting !== undefined) return pendingForm(waiting);
      return executed<RawTransaction & { blockNumber: Hex | null }>("eth_getTransactionByHash", hash, view);
    },
    eth_getTransactionCount: transactionCount,
    eth_estimateGas: estimateGas,
    eth_sendRawTransaction: ([raw]) => mempool.push(raw as Hex),
    eth_getLogs: ([query], view) => getLogs({ provider, tipsets, limits, view }, (query ?? {}) as LogQuery),
  };
  for (const [method, position] of Object.entries(STATE_READS)) {
    methods[method] = (params, view) => {
      const given = [...params];
      given[position] = numberToHex(resolve(params[position], view));
      return request(method, ...given);
    };
  }
  for (const method of AS_BENEATH) methods[method] = (params) => request(method, ...params);

  return (method: string, params: readonly unknown[], view: View): Promise<unknown> => {
    const other = others[method];
    if (other !== undefined) return other(params);
    const known = methods[method];
    if (known === undefined) throw unknownMethod(method);
    return known(params, view);
  };
}

function pendingForm({ raw, hash, from, nonce, feeCap, premium }: PooledMessage) {
  const { to = null, value = 0n, gas = 0n, data = "0x" } = parseTransaction(raw);
  return {
    ...{ to, value: numberToHex(value), gas: numberToHex(gas), input: data },
    ...{ hash, from, nonce: numberToHex(nonce), blockHash: null, blockNumber: null, transactionIndex: null },
    ...{ type: "0x2", maxFeePerGas: numberToHex(feeCap), maxPriorityFeePerGas: numberToHex(premium) },
  };
}
