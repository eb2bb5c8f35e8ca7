import { expect } from "chai";
import { custom, type Hash, numberToHex, toHex, zeroAddress, zeroHash } from "viem";
import { chains } from "../chains.ts";
import { createHoldfastClient } from "../client.ts";
import { TransactionDroppedError, waitForFinality } from "./wait-for-finality.ts";

const HASH: Hash = `0x${"aa".repeat(32)}`;
const hashOf = (fill: string): Hash => `0x${fill.repeat(32)}`;

/** A chain as one transaction sees it: each look at a tag moves it on. */
function chainOf(script: {
  tags?: boolean;
  heads: bigint[];
  receipts: ({ epoch: bigint; block: Hash } | null)[];
}) {
  let look = 0;
  let asked = 0;
  const head = () => script.heads[Math.min(look, script.heads.length - 1)]!;
  const block = (number: bigint) => ({
    ...{
      number: numberToHex(number),
      hash: hashOf("bb"),
      parentHash: zeroHash,
      timestamp: "0x1",
      gasLimit: "0x1",
    },
    ...{
      gasUsed: "0x0",
      size: "0x1",
      difficulty: "0x0",
      nonce: "0x0",
      extraData: "0x",
      logsBloom: "0x",
      transactions: [],
    },
    ...{ uncles: [], miner: zeroAddress, mixHash: zeroHash, receiptsRoot: zeroHash, sha3Uncles: zeroHash },
    ...{ stateRoot: zeroHash, transactionsRoot: zeroHash, baseFeePerGas: "0x1" },
  });
  const answers: Record<string, (params: readonly unknown[]) => unknown> = {
    eth_chainId: () => toHex(chains.devnet.id),
    eth_blockNumber: () => numberToHex(head()),
    eth_getBlockByNumber: ([tag]) => {
      if (tag === "latest") return block(head());
      if (script.tags === false) throw Object.assign(new Error("unknown tag"), { code: -32602 });
      return block(script.heads[Math.min(look++, script.heads.length - 1)]!);
    },
    eth_getTransactionReceipt: () => {
      const receipt = script.receipts[Math.min(asked++, script.receipts.length - 1)];
      if (script.tags === false && asked > 1) look++;
      if (receipt === null || receipt === undefined) return null;
      return {
        ...{
          transactionHash: HASH,
          blockNumber: numberToHex(receipt.epoch),
          blockHash: receipt.block,
          status: "0x1",
        },
        ...{
          transactionIndex: "0x0",
          from: zeroAddress,
          to: zeroAddress,
          logs: [],
          logsBloom: "0x",
          gasUsed: "0x1",
        },
        ...{ cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1", contractAddress: null, type: "0x2" },
      };
    },
    eth_getTransactionByHash: () => null,
  };
  const request = async ({ method, params = [] }: { method: string; params?: readonly unknown[] }) =>
    answers[method]!(params);
  const client = createHoldfastClient({
    chain: chains.devnet,
    transport: custom({ request: request as never }, { retryCount: 0 }),
  });
  return Object.assign(client, { pollingInterval: 1 });
}

describe("waiting for a transaction to be sure", () => {
  it("asks no tag for one that is to be included", async () => {
    const client = chainOf({ heads: [10n], receipts: [{ epoch: 10n, block: hashOf("01") }] });
    const { blockNumber } = await waitForFinality(client, { hash: HASH, finality: "included" });
    expect(blockNumber).to.equal(10n);
  });

  it("goes on until the tag has reached its block, and tells how far it is", async () => {
    const client = chainOf({ heads: [7n, 8n, 9n, 10n], receipts: [{ epoch: 10n, block: hashOf("01") }] });
    const told: bigint[] = [];
    await waitForFinality(client, {
      hash: HASH,
      finality: "finalized",
      onEpoch: (reached) => told.push(reached),
    });
    expect(told).to.deep.equal([7n, 8n, 9n, 10n]);
  });

  it("follows it into another block, which has to be sure itself", async () => {
    const client = chainOf({
      heads: [10n, 11n, 12n],
      receipts: [
        { epoch: 10n, block: hashOf("01") },
        { epoch: 12n, block: hashOf("02") },
      ],
    });
    const { blockNumber } = await waitForFinality(client, { hash: HASH, finality: "safe" });
    expect(blockNumber).to.equal(12n);
  });

  it("says that it is gone, if a reorganisation took it out", async () => {
    const client = chainOf({ heads: [10n], receipts: [{ epoch: 10n, block: hashOf("01") }, null] });
    const error = await waitForFinality(client, { hash: HASH, finality: "safe" }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(TransactionDroppedError);
  });

  it("counts 900 epochs from the head where the endpoint knows no tag", async () => {
    const client = chainOf({
      tags: false,
      heads: [1_910n],
      receipts: [{ epoch: 1_010n, block: hashOf("01") }],
    });
    const told: bigint[] = [];
    await waitForFinality(client, {
      hash: HASH,
      finality: "finalized",
      onEpoch: (reached) => told.push(reached),
    });
    expect(told).to.deep.equal([1_010n]);
  });
});
