import { expect } from "chai";
import { type Address, hexToNumber, numberToHex } from "viem";
import { alice, ask, plainClient, putCounter, sendCounts, signCount } from "../../test/counter.ts";
import { type BareChain, startBareChain } from "./bare-chain.ts";
import { FAULT_KINDS } from "./faults.ts";
import { withSeeds } from "./replay.ts";

describe("the Lotus-like face: faults", () => {
  let chain: BareChain;
  let url: string;
  let counter: Address;
  beforeEach(async () => {
    chain = await startBareChain({
      nullRounds: 0,
      faults: { rate: 0, hangMs: 300, retryAfterSeconds: 7, staleBy: 2 },
    });
    url = chain.face.url;
    counter = await putCounter(chain);
  });
  afterEach(() => chain.stop());

  const send = async (nonce: number) =>
    ask(url, "eth_sendRawTransaction", await signCount(alice.account, counter, { nonce }));
  const broken = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail("it was answered"),
      (error: Error) => error.name,
    );
  const pending = async () =>
    hexToNumber((await ask(url, "eth_getTransactionCount", alice.account.address, "pending")).result);
  const raw = (method: string) =>
    fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] }) });

  it("drops a request before it was heard", async () => {
    chain.face.faults.next("drop-before", "eth_sendRawTransaction");
    expect(await broken(send(0))).to.equal("TypeError");
    expect(await pending()).to.equal(0);
  });

  it("drops the answer of a request that was carried out", async () => {
    chain.face.faults.next("drop-after", "eth_sendRawTransaction");
    expect(await broken(send(0))).to.equal("TypeError");
    expect(await pending()).to.equal(1);
    expect((await send(0)).error?.message).to.match(/message with nonce already exists$/);
  });

  it("throttles with Retry-After, and fails as a gateway does", async () => {
    chain.face.faults.next("throttle");
    const throttled = await raw("eth_blockNumber");
    expect([throttled.status, throttled.headers.get("retry-after")]).to.deep.equal([429, "7"]);
    chain.face.faults.next("bad-gateway");
    const gateway = await raw("eth_blockNumber");
    expect([gateway.status, await gateway.text()]).to.deep.equal([502, "<h1>502 Bad Gateway</h1>"]);
  });

  it("hangs, and then gives no answer", async () => {
    chain.face.faults.next("hang");
    const start = performance.now();
    expect(await broken(raw("eth_blockNumber"))).to.equal("TypeError");
    expect(performance.now() - start).to.be.at.least(290);
  });

  it("cuts its JSON in the middle", async () => {
    chain.face.faults.next("malformed");
    const answer = await raw("eth_blockNumber");
    expect(answer.status).to.equal(200);
    expect(await broken(answer.json())).to.equal("SyntaxError");
  });

  it("answers as a node that lags behind", async () => {
    await chain.mine(10);
    chain.face.faults.next("stale-head", "eth_blockNumber");
    const [stale, fresh] = [await ask(url, "eth_blockNumber"), await ask(url, "eth_blockNumber")];
    expect([stale, fresh].map(({ result }) => hexToNumber(result))).to.deep.equal([3_007, 3_009]);
    chain.face.faults.next("stale-head", "eth_getBlockByNumber");
    expect((await ask(url, "eth_getBlockByNumber", numberToHex(3_009), false)).error?.message).to.match(
      /future epoch/,
    );
  });

  it("answers as a node of another chain", async () => {
    chain.face.faults.next("wrong-chain");
    expect((await ask(url, "eth_chainId")).result).to.equal("0x1");
    expect((await ask(url, "eth_chainId")).result).to.equal(numberToHex(31_415_926));
  });

  describe("in logs", () => {
    beforeEach(async () => {
      await sendCounts(url, counter, 0, 1, 2, 3, 4);
      await chain.mine(2);
    });
    const logs = async () => {
      const { result } = await ask(url, "eth_getLogs", { fromBlock: numberToHex(3_000), toBlock: "latest" });
      return result.map((log: { topics: string[] }) => Number(log.topics[1])) as number[];
    };

    it("gives each twice, or in another order", async () => {
      chain.face.faults.next("duplicate-logs");
      expect(await logs()).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
      chain.face.faults.next("reordered-logs");
      const shuffled = await logs();
      expect(shuffled).to.have.members([0, 1, 2, 3, 4]);
      expect(shuffled).not.to.deep.equal([0, 1, 2, 3, 4]);
      expect(await logs()).to.deep.equal([0, 1, 2, 3, 4]);
    });

    it("hides some for a while", async () => {
      const show = chain.face.faults.hide((log) => Number(log.topics[1]) === 3);
      expect(await logs()).to.deep.equal([0, 1, 2, 4]);
      show();
      expect(await logs()).to.deep.equal([0, 1, 2, 3, 4]);
    });
  });

  it("strikes by chance at its rate, the same requests for the same seed, and stops when told to", async () => {
    await withSeeds([5, 6], async (seed) => {
      const struck: string[] = [];
      for (let run = 0; run < 2; run++) {
        await using other = await startBareChain({ seed, faults: { rate: 0.2, hangMs: 1 } });
        const client = plainClient(other.face.url);
        let seen = "";
        for (let request = 0; request < 300; request++) {
          const outcome = await client.getGasPrice().then(
            () => ".",
            () => "x",
          );
          seen += outcome;
        }
        const { counts } = other.face.faults;
        const sum = Object.values(counts()).reduce((total, count) => total + count, 0);
        expect(sum).to.equal(seen.match(/x/g)?.length);
        expect(sum).to.be.within(30, 90);
        other.face.faults.clear();
        for (let request = 0; request < 50; request++) await client.getGasPrice();
        struck.push(seen);
      }
      expect(struck[0]).to.equal(struck[1]);
    });
  });

  it("can do everything that it has a name for", async () => {
    const done = new Set<string>();
    for (const kind of FAULT_KINDS) {
      chain.face.faults.next(kind);
      const method = kind === "wrong-chain" ? "eth_chainId" : "eth_getLogs";
      await ask(url, method, { fromBlock: "latest" }).catch(() => undefined);
      for (const name of Object.keys(chain.face.faults.counts())) done.add(name);
    }
    expect([...done]).to.deep.equal([...FAULT_KINDS]);
    const requests = chain.face.requests();
    expect(requests).to.deep.equal({ eth_getLogs: FAULT_KINDS.length - 1, eth_chainId: 1 });
  });
});
