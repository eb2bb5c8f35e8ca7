import { expect } from "chai";
import { type Address, numberToHex } from "viem";
import { ask, putCounter, sendCounts } from "../../test/counter.ts";
import { type BareChain, startBareChain } from "./bare-chain.ts";

const START = 3_000;

describe("the Lotus-like face: eth_getLogs", () => {
  let chain: BareChain;
  let url: string;
  let counter: Address;
  before(async () => {
    chain = await startBareChain({ nullRounds: 0, maxRange: 100, maxResults: 3 });
    url = chain.face.url;
    counter = await putCounter(chain);
    // Counts at 3001 (two), 3002 (two), 3150.
    await sendCounts(url, counter, 0, 1);
    await chain.mine(1);
    await sendCounts(url, counter, 2, 3);
    await chain.mine(148);
    await sendCounts(url, counter, 4);
    await chain.mine(1);
  });
  after(() => chain.stop());

  const logs = (filter: object, at = url) => ask(at, "eth_getLogs", { address: counter, ...filter });
  const range = (from: number, to: number) => ({ fromBlock: numberToHex(from), toBlock: numberToHex(to) });
  const failed = (why: string) => `failed to get events for filter: ${why}`;

  it("takes hex, latest and earliest, and no other tag", async () => {
    for (const tag of ["safe", "finalized", "pending"]) {
      const from = await logs({ fromBlock: tag, toBlock: "latest" });
      expect(from.error?.message).to.equal(failed("failed to parse eth filter spec: FromBlock is not a hex"));
      const to = await logs({ fromBlock: numberToHex(START), toBlock: tag });
      expect(to.error?.message).to.equal(failed("failed to parse eth filter spec: ToBlock is not a hex"));
    }
    expect((await logs({ fromBlock: numberToHex(START + 100) })).result).to.deep.equal([]);
  });

  it("refuses more epochs than its limit with -32005, and up to it answers", async () => {
    const wide = await logs(range(START, START + 101));
    expect(wide.error).to.deep.equal({
      code: -32005,
      message: "block range exceeds maximum of 100 (got 101)",
    });
    expect((await logs(range(START + 2, START + 102))).result).to.have.length(2);
    expect((await logs({ fromBlock: numberToHex(START), toBlock: "latest" })).error?.code).to.equal(-32005);
    const backwards = await logs(range(START + 2, START + 1));
    expect(backwards.error?.message).to.match(
      /invalid epoch range: to block \(3001\) must be after from block \(3002\)/,
    );
  });

  it("refuses more results than its limit, unless they are of one tipset", async () => {
    const many = await logs(range(START, START + 2));
    expect(many.error?.message).to.match(/filter matches too many events, try a more restricted filter$/);
    const strict = await chain.lotus.open({ maxResults: 1 });
    expect((await logs(range(START, START + 1), strict.url)).result).to.have.length(2);
  });

  it("has no logs of the head, and says so when it is asked for", async () => {
    const head = await logs(range(START + 150, START + 150));
    const beyond = "cannot ask for events for a tipset at or greater than head";
    expect(head.error?.message).to.equal(failed(beyond));
    expect((await logs({ fromBlock: numberToHex(START + 149), toBlock: "latest" })).result).to.deep.equal([]);
    await chain.mine(1);
    expect((await logs(range(START + 150, START + 150))).result).to.have.length(1);
  });

  it("finds the logs of one tipset by its hash, and nothing by a hash that it does not know", async () => {
    const { result } = await ask(url, "eth_getBlockByNumber", numberToHex(START + 1), false);
    const found = await logs({ blockHash: result.hash });
    expect(
      found.result.map(({ transactionHash }: { transactionHash: string }) => transactionHash),
    ).to.deep.equal(result.transactions);
    const unknown = await logs({ blockHash: `0x${"ab".repeat(32)}` });
    expect(unknown.error?.message).to.match(/failed to get tipset by cid/);
    expect((await logs({ blockHash: result.hash, fromBlock: "0x1" })).error?.message).to.match(
      /must not specify/,
    );
  });

  it("has pruned what is older than its retention: says so, or is silent about it", async () => {
    const gateway = await chain.lotus.open({ retention: 120, maxRange: 1000 });
    const refused = await logs(range(START, START + 140), gateway.url);
    expect(refused.error?.message).to.equal("bad tipset: lookbacks of more than 1h0m0s are disallowed");
    const silent = await chain.lotus.open({ retention: 120, maxRange: 1000, pruned: "omit" });
    await chain.mine(2);
    expect((await logs(range(START, START + 150), silent.url)).result).to.have.length(1);
    expect((await logs(range(START, START + 20), silent.url)).result).to.deep.equal([]);
  });
});
