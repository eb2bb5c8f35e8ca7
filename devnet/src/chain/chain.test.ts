import { expect } from "chai";
import { type DevnetChain, startChain } from "./chain.ts";

describe("the devnet's chain", () => {
  let chain: DevnetChain;

  before(async function () {
    this.timeout(300_000);
    const begin = Date.now();
    chain = await startChain({
      miners: 2,
      epochSeconds: 0.2,
      onError: (error) => expect.fail(String(error)),
    });
    console.log("started in", Date.now() - begin);
  });
  after(() => chain.stop());

  it("is a Filecoin devnet whose epochs are 30 s apart", async () => {
    expect(await chain.client.getChainId()).to.equal(31415926);
    const before = await chain.client.getBlock();
    await chain.epochs.advance(500);
    const after = await chain.client.getBlock();
    expect(after.number - before.number >= 500n).to.equal(true);
    expect(after.timestamp - before.timestamp).to.equal(30n * (after.number - before.number));
    console.log(
      chain.contracts,
      chain.miners.map((m) => m.minerId),
    );
  });
});
