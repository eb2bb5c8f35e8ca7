import { expect } from "chai";
import { type Address, type Hash, type Hex, hexToNumber, numberToHex } from "viem";
import { alice, ask, putCounter, sendCounts, signCount } from "../../test/counter.ts";
import { type BareChain, startBareChain } from "./bare-chain.ts";
import type { Fate } from "./epoch-maker.ts";
import { withSeeds } from "./replay.ts";

const START = 3_000;

describe("the Lotus-like face: reorganisations", () => {
  let chain: BareChain;
  let url: string;
  let counter: Address;
  let hash: Hash;
  beforeEach(async () => {
    chain = await startBareChain({ nullRounds: 0 });
    url = chain.face.url;
    counter = await putCounter(chain);
    await chain.mine(2);
    [hash] = (await sendCounts(url, counter, 0)) as [Hash];
    await chain.mine(4);
  });
  afterEach(() => chain.stop());

  const block = async (epoch: number) =>
    (await ask(url, "eth_getBlockByNumber", numberToHex(epoch), false)).result;
  const receipt = async () => (await ask(url, "eth_getTransactionReceipt", hash)).result;
  const logs = async () => {
    const filter = { address: counter, fromBlock: numberToHex(START), toBlock: "latest" };
    return (await ask(url, "eth_getLogs", filter)).result as { blockNumber: Hex; blockHash: Hash }[];
  };
  const landed = async () => hexToNumber((await receipt())?.blockNumber ?? "0x0") - START;
  const reorg = (depth: number, fate?: Fate) =>
    chain.lotus.reorg({ depth, ...(fate === undefined ? {} : { fateOf: () => fate }) });

  it("replaces as many tipsets as it is deep by others, and none below", async () => {
    const before = await Promise.all([1, 2, 3, 4, 5].map((epoch) => block(START + epoch)));
    const abandoned = await reorg(4);
    expect(abandoned.map(({ height }) => height - START)).to.deep.equal([3, 4, 5, 6]);
    const after = await Promise.all([1, 2, 3, 4, 5].map((epoch) => block(START + epoch)));
    expect(after.map((one, index) => one.hash === before[index].hash)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
    ]);
    for (let index = 1; index < 5; index++) expect(after[index].parentHash).to.equal(after[index - 1].hash);
    expect(after.map(({ timestamp }) => timestamp)).to.deep.equal(before.map(({ timestamp }) => timestamp));
  });

  it("includes a kept message again at the same epoch, with the log of the new tipset only", async () => {
    const old = (await receipt()).blockHash;
    await reorg(5, "keep");
    expect(await landed()).to.equal(3);
    const found = await logs();
    expect(found.map(({ blockHash }) => blockHash)).to.deep.equal([(await receipt()).blockHash]);
    expect(found[0]?.blockHash).not.to.equal(old);
    const byHash = await ask(url, "eth_getLogs", { blockHash: old });
    expect(byHash.error?.message).to.match(/not found/);
  });

  it("still finds an abandoned tipset by its hash, as a node does, but not by its number", async () => {
    const old = await block(START + 3);
    await reorg(5);
    expect((await ask(url, "eth_getBlockByHash", old.hash, false)).result).to.deep.equal(old);
    expect((await block(START + 3)).hash).not.to.equal(old.hash);
  });

  it("includes a delayed message 1 to 3 epochs later", async () => {
    await reorg(5, "delay");
    await chain.mine(3);
    expect(await landed()).to.be.within(4, 6);
    expect(await logs()).to.have.length(1);
  });

  it("returns a message to the mempool: gone from the chain, then included, or replaced", async () => {
    await reorg(4, "return");
    expect(await receipt()).to.equal(null);
    expect(await logs()).to.deep.equal([]);
    expect((await ask(url, "eth_getTransactionByHash", hash)).result.blockNumber).to.equal(null);
    const dearer = await signCount(alice.account, counter, { nonce: 0, premium: 2_000n, argument: 7 });
    const replacement = (await ask(url, "eth_sendRawTransaction", dearer)).result;
    await chain.mine(2);
    expect(await receipt()).to.equal(null);
    expect((await ask(url, "eth_getTransactionReceipt", replacement)).result.blockNumber).to.equal(
      numberToHex(START + 7),
    );
  });

  it("loses a message: the nonce is free again, and the same bytes are welcome", async () => {
    await reorg(4, "lose");
    expect((await ask(url, "eth_getTransactionByHash", hash)).result).to.equal(null);
    expect(
      hexToNumber((await ask(url, "eth_getTransactionCount", alice.account.address, "pending")).result),
    ).to.equal(0);
    expect(await sendCounts(url, counter, 0)).to.deep.equal([hash]);
    await chain.mine(2);
    expect(await landed()).to.equal(7);
  });

  it("undoes what the messages did to the state", async () => {
    const slot = async () => BigInt((await ask(url, "eth_getStorageAt", counter, "0x0", "latest")).result);
    expect(await slot()).to.equal(1n);
    await reorg(4, "lose");
    expect(await slot()).to.equal(0n);
  });

  it("keeps the network's own messages, whether they were in a block or not", async () => {
    const { provider } = chain;
    const own = (nonce: number) => signCount(alice.account, counter, { nonce, argument: 100 + nonce });
    const push = async (nonce: number) =>
      (await provider.request({ method: "eth_sendRawTransaction", params: [await own(nonce)] })) as Hash;
    const inBlock = await push(1);
    await chain.mine(2);
    const waiting = await push(2);
    await reorg(3);
    await chain.mine(2);
    for (const one of [inBlock, waiting]) {
      expect((await ask(url, "eth_getTransactionReceipt", one)).result?.status).to.equal("0x1");
    }
    expect(hexToNumber((await ask(url, "eth_getTransactionReceipt", inBlock)).result.blockNumber)).to.equal(
      START + 7,
    );
  });

  it("reaches no further back than where it began", async () => {
    const failure = await reorg(7).catch((error: Error) => error.message);
    expect(failure).to.equal("only 6 epochs can be reorganised, not 7");
  });

  it("happens by itself by a seed, the same each time, and includes every message once, the lost ones sent again", async () => {
    await withSeeds([3, 4], async (seed) => {
      const ends: Hash[] = [];
      for (let run = 0; run < 2; run++) {
        await using other = await startBareChain({
          ...{ seed, nullRounds: 0.15, reorgs: { every: 8, maxDepth: 6 } },
        });
        const at = await putCounter(other);
        const rpc = (method: string, ...params: unknown[]) => ask(other.face.url, method, ...params);
        const tip = async () => (await rpc("eth_getBlockByNumber", "pending", false)).result;
        /** What the mempool lost, or never had, with the same bytes. */
        const sendUpTo = async (end: number) => {
          const next = await rpc("eth_getTransactionCount", alice.account.address, "pending");
          for (let nonce = hexToNumber(next.result); nonce < end; nonce++)
            await rpc("eth_sendRawTransaction", await signCount(alice.account, at, { nonce }));
        };
        let reorgs = 0;
        let known = new Set<Hash>();
        for (let epoch = 1; epoch <= 80; epoch++) {
          await sendUpTo(epoch);
          await other.mine(1);
          const { hash: head, parentHash } = await tip();
          if (epoch > 1 && !known.has(head) && !known.has(parentHash)) reorgs++;
          known = new Set([head, parentHash]);
        }
        for (let tries = 0; tries < 20; tries++) {
          await sendUpTo(80);
          await other.mine(1);
        }
        for (let argument = 0; argument < 80; argument++) {
          const slot = await rpc("eth_getStorageAt", at, numberToHex(argument), "latest");
          expect(BigInt(slot.result), `count of ${argument}`).to.equal(1n);
        }
        expect(reorgs).to.be.greaterThan(3);
        ends.push((await tip()).hash);
      }
      expect(ends[0]).to.equal(ends[1]);
    });
  });
});
