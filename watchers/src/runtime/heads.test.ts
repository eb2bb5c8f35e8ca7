import { expect } from "chai";
import { manualClock } from "../../test/manual-clock.ts";
import { MemoryChain, type MemoryChainOptions } from "../../test/memory-chain.ts";
import { createHeads } from "./heads.ts";
import { createMetrics } from "./metrics.ts";

describe("heads", () => {
  const at = (epochs: number, options: MemoryChainOptions = {}) => {
    const chain = new MemoryChain({ nullRounds: 0, ...options });
    chain.advance(epochs);
    return chain;
  };
  const heads = (chain: MemoryChain, depth?: bigint, more: object = {}) =>
    createHeads({ client: chain.client(), depth, clock: manualClock(), ...more });

  it("takes for final what the node calls finalized", async () => {
    const { latest, finalized } = await heads(at(1000, { finality: 25 })).read();
    expect([latest, finalized]).to.deep.equal([1000n, 975n]);
  });

  it("takes 900 epochs for final where the node does not know the tag", async () => {
    const chain = at(1000, { finality: undefined });
    expect((await heads(chain).read()).finalized).to.equal(100n);
    expect((await heads(at(500, { finality: undefined })).read()).finalized).to.equal(0n);
  });

  it("takes the configured depth for final, or the tag where that is further", async () => {
    expect((await heads(at(1000, { finality: 200 }), 30n).read()).finalized).to.equal(970n);
    expect((await heads(at(1000, { finality: 8 }), 30n).read()).finalized).to.equal(992n);
    expect((await heads(at(1000, { finality: undefined }), 30n).read()).finalized).to.equal(970n);
  });

  it("refuses a depth of more than 900 epochs", () => {
    expect(() => heads(at(1), 901n)).to.throw(RangeError);
    expect(() => heads(at(1), 900n)).not.to.throw();
  });

  it("never takes back what was final, whatever the next node says", async () => {
    const chain = at(1000, { finality: 20 });
    const reader = heads(chain);
    await reader.read();
    chain.options.finality = 400;
    expect((await reader.read()).finalized).to.equal(980n);
  });

  it("throws when a node does not answer, instead of guessing", async () => {
    const chain = at(1000);
    chain.onRequest = (_, [tag]) => {
      if (tag === "finalized") throw new TypeError("fetch failed");
    };
    const error = await heads(chain)
      .read()
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(String(error)).to.match(/fetch failed/);
  });

  it("stalls without a new head for 6 epochs, tells so, and goes on with the next head", async () => {
    const chain = at(100);
    const clock = manualClock();
    let told = 0;
    const reader = heads(chain, undefined, { clock, onStall: () => told++ });
    await reader.read();
    clock.advance(179_999);
    await reader.read();
    expect([reader.isStalled(), told]).to.deep.equal([false, 0]);
    // Somebody sets the machine's clock: nothing to do with the chain.
    clock.set(clock.now() + 3_600_000);
    expect(reader.isStalled()).to.equal(false);
    clock.advance(1);
    await reader.read();
    await reader.read();
    expect([reader.isStalled(), told]).to.deep.equal([true, 1]);
    chain.advance(1);
    await reader.read();
    expect(reader.isStalled()).to.equal(false);
  });

  it("tells of a stall again and again while it lasts, and anew of the next one", async () => {
    const chain = at(100);
    const clock = manualClock();
    const metrics = createMetrics();
    const told: number[] = [];
    const reader = heads(chain, undefined, { clock, metrics, onStall: (ms: number) => told.push(ms) });
    await reader.read();
    for (let poll = 0; poll < 20; poll++) {
      clock.advance(30_000);
      await reader.read();
    }
    expect(told).to.deep.equal([180_000, 360_000, 540_000]);
    chain.advance(1);
    await reader.read();
    clock.advance(180_000);
    await reader.read();
    expect(told).to.deep.equal([180_000, 360_000, 540_000, 180_000]);
    expect((await metrics.stalls.get()).values[0]?.value).to.equal(4);
  });

  it("tells the metrics", async () => {
    const metrics = createMetrics();
    await heads(at(1000, { finality: 25 }), undefined, { metrics }).read();
    expect((await metrics.headEpoch.get()).values[0]?.value).to.equal(1000);
    expect((await metrics.finalizedEpoch.get()).values[0]?.value).to.equal(975);
  });
});
