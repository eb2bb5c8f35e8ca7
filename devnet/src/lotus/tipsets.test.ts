import { expect } from "chai";
import { type Hex, hexToNumber, numberToHex } from "viem";
import { ask, plainClient, putCounter, sendCounts } from "../../test/counter.ts";
import { type BareChain, startBareChain } from "./bare-chain.ts";
import { withSeeds } from "./replay.ts";

const START = 3_000;
/** 3,003 to 3,007 and 3,009 have no tipset. */
const SCRIPT = (epoch: number) => (epoch > 3_002 && epoch < 3_008) || epoch === 3_009;

describe("the Lotus-like face: epochs", () => {
  let chain: BareChain;
  let url: string;
  beforeEach(async () => {
    chain = await startBareChain({ nullRounds: SCRIPT, finality: { safe: 5, finalized: 3 } });
    url = chain.face.url;
  });
  afterEach(() => chain.stop());

  const blockNumber = async () => hexToNumber((await ask(url, "eth_blockNumber")).result);
  const block = (parameter: string | number) =>
    ask(
      url,
      "eth_getBlockByNumber",
      typeof parameter === "number" ? numberToHex(parameter) : parameter,
      false,
    );

  it("names as latest the parent of the head, never a null round", async () => {
    const seen: number[] = [];
    for (let epoch = START + 1; epoch <= START + 11; epoch++) {
      await chain.mine();
      seen.push(await blockNumber());
    }
    // Made: 3001, 3002, five null rounds, 3008, a null round, 3010, 3011.
    expect(seen).to.deep.equal([3000, 3001, 3001, 3001, 3001, 3001, 3001, 3002, 3002, 3008, 3010]);
    expect(hexToNumber((await block("latest")).result.number)).to.equal(3010);
  });

  it("refuses the head by its number, and shows it as pending", async () => {
    await chain.mine(2);
    expect((await block(START + 2)).error).to.deep.equal({
      code: 1,
      message: "requested a future epoch (beyond 'latest')",
    });
    expect(hexToNumber((await block("pending")).result.number)).to.equal(START + 2);
    expect((await block(START + 1)).error).to.equal(undefined);
  });

  it("answers error 12 and HTTP 500 for a null round as Lotus", async () => {
    await chain.mine(11);
    const answer = await block(3_005);
    expect(answer.status).to.equal(500);
    expect(answer.error).to.deep.equal({ code: 12, message: "requested epoch was a null round (3005)" });
    expect((await ask(url, "eth_getBlockReceipts", numberToHex(3_005))).error?.code).to.equal(12);
  });

  it("answers null as Lotus before 2024, and the tipset before with HTTP 200 as Forest", async () => {
    await chain.mine(11);
    const [old, forest] = [
      await chain.lotus.open({ style: "old-lotus" }),
      await chain.lotus.open({ style: "forest" }),
    ];
    const answers = [old, forest].map((face) =>
      ask(face.url, "eth_getBlockByNumber", numberToHex(3_005), false),
    );
    const [asOld, asForest] = await Promise.all(answers);
    expect(asOld).to.deep.include({ status: 200, result: null });
    expect(hexToNumber(asForest?.result.number)).to.equal(3_002);
    const failure = await ask(forest.url, "eth_getBlockByNumber", numberToHex(99_999), false);
    expect([failure.status, failure.error?.code]).to.deep.equal([200, 1]);
  });

  it("links tipsets by hash over the null rounds between them, and keeps their numbers as the contracts see them", async () => {
    await chain.mine(12);
    const numbers = [3_002, 3_008, 3_010];
    const blocks = await Promise.all(numbers.map(async (number) => (await block(number)).result));
    expect(blocks.map(({ number }) => hexToNumber(number))).to.deep.equal(numbers);
    expect(blocks[1].parentHash).to.equal(blocks[0].hash);
    expect(blocks[2].parentHash).to.equal(blocks[1].hash);
    expect(blocks[2].timestamp - blocks[1].timestamp).to.equal(60);
    const byHash = await ask(url, "eth_getBlockByHash", blocks[2].hash, false);
    expect(byHash.result).to.deep.equal(blocks[2]);
    const beneath = (await chain.provider.request({
      ...{ method: "eth_getBlockByNumber", params: [numberToHex(3_005), false] },
    })) as { hash: Hex };
    expect((await ask(url, "eth_getBlockByHash", beneath.hash, false)).result).to.equal(null);
    // NUMBER, returned as a word.
    const probe = "0x00000000000000000000000000000000000b10c5";
    await chain.provider.request({ method: "hardhat_setCode", params: [probe, "0x4360005260206000f3"] });
    await chain.mine(2);
    expect(hexToNumber((await ask(url, "eth_call", { to: probe }, "latest")).result)).to.equal(
      await blockNumber(),
    );
  });

  it("reads state at a null round as of the tipset before", async () => {
    const counter = await putCounter(chain);
    await chain.mine(1);
    await sendCounts(url, counter, 0);
    await chain.mine(9);
    const slot = (epoch: number) => ask(url, "eth_getStorageAt", counter, "0x0", numberToHex(epoch));
    expect(BigInt((await slot(3_001)).result)).to.equal(0n);
    expect(BigInt((await slot(3_002)).result)).to.equal(1n);
    expect(BigInt((await slot(3_005)).result)).to.equal(1n);
    expect((await slot(99_999)).error?.message).to.equal("requested a future epoch (beyond 'latest')");
  });

  it("gives receipts only after the next tipset", async () => {
    const counter = await putCounter(chain);
    const [hash] = await sendCounts(url, counter, 0);
    const found = async () => [
      (await ask(url, "eth_getTransactionByHash", hash)).result?.blockNumber,
      (await ask(url, "eth_getTransactionReceipt", hash)).result?.blockNumber,
    ];
    expect(await found()).to.deep.equal([null, undefined]);
    await chain.mine(1);
    // In the head: no longer in the mempool, not yet executed.
    expect(await found()).to.deep.equal([undefined, undefined]);
    await chain.mine(1);
    expect(await found()).to.deep.equal([numberToHex(3_001), numberToHex(3_001)]);
  });

  it("knows safe and finalized by their distance, and a node that does not", async () => {
    await chain.mine(20);
    const number = async (tag: string) => hexToNumber((await block(tag)).result.number);
    expect([await number("finalized"), await number("safe")]).to.deep.equal([3_017, 3_017]);
    expect((await block("earliest")).error?.message).to.equal('block param "earliest" is not supported');
    const old = await chain.lotus.open({ finality: { safe: undefined, finalized: undefined } });
    const refused = await ask(old.url, "eth_getBlockByNumber", "finalized", false);
    expect(refused.error?.message).to.match(/^failed to parse block number/);
  });

  it("has the same null rounds for the same seed, about as many as asked for, and can be read by viem in every style", async () => {
    await withSeeds([1, 2], async (seed) => {
      const nulls: string[] = [];
      for (let run = 0; run < 2; run++) {
        await using other = await startBareChain({ seed, nullRounds: 0.2 });
        await other.mine(300);
        const client = plainClient(other.face.url);
        const latest = Number(await client.getBlockNumber());
        let found = "";
        let expected: Hex | undefined;
        for (let epoch = START + 1; epoch <= latest; epoch++) {
          const one = await client.getBlock({ blockNumber: BigInt(epoch) }).catch((error: Error) => error);
          if (one instanceof Error) {
            expect(one.message).to.contain("null round");
            found += "0";
            continue;
          }
          expect(Number(one.number)).to.equal(epoch);
          if (expected !== undefined) expect(one.parentHash).to.equal(expected);
          expected = one.hash as Hex;
          found += "1";
        }
        nulls.push(found);
      }
      expect(nulls[0]).to.equal(nulls[1]);
      expect(nulls[0]?.match(/0/g)?.length).to.be.within(35, 85);
    });
  });
});
