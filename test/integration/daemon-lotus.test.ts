import { FAULT_KINDS } from "@holdfast/devnet";
import type { PackedPath } from "@holdfast/sdk/node";
import { expect } from "chai";
import { createPublicClient, http } from "viem";
import { ask, type DaemonBench, eventually, openDaemonBench } from "../../watchers/test/daemon-bench.ts";

/** The same daemon before a node with Lotus's ways: null rounds, late finality, a strict mempool, faults, reorganisations. */
describe("holdfast-watch before a Lotus-like node", function () {
  this.timeout(300_000);
  let bench: DaemonBench;
  let packed: PackedPath;

  before(async () => {
    bench = await openDaemonBench({
      lotus: { seed: 11, nullRounds: 0.15, finality: { safe: 10, finalized: 5 } },
    });
    packed = await bench.pack("dataset", "some bytes ".repeat(20_000));
  });
  after(() => bench[Symbol.asyncDispose]());

  const lotus = () => bench.devnet.chain.lotus!;
  const sumOf = (metrics: string, series: RegExp) =>
    [...metrics.matchAll(new RegExp(`^${series.source} ([\\d.e+-]+)$`, "gm"))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );

  async function running() {
    const daemon = bench.start(["run"]);
    const [, url] = await daemon.says(/"url":"(http[^"]+)"/);
    return { daemon, metrics: async () => (await ask(bench, `${url}/metrics`)).text };
  }

  it("stores a dataset once through a node that fails every tenth request, and the metrics tell of it", async () => {
    const faulty = await lotus().open({
      finality: { safe: 10, finalized: 5 },
      // A node of another chain is no fault: the daemon stops, as it should.
      faults: { rate: 0.1, hangMs: 1_000, kinds: FAULT_KINDS.filter((kind) => kind !== "wrong-chain") },
    });
    const watchers = [bench.policy(packed)];
    const settings = { watchers, finality: { depth: 5 }, chain: { ...bench.chain, fromEpoch: 100_000 } };
    bench.configure({ ...settings, endpoints: [faulty.url, bench.devnet.rpcUrl] });
    const { daemon, metrics } = await running();
    const text = await eventually(
      "two active copies",
      async () => {
        const told = await metrics();
        return sumOf(told, /holdfast_deals_copies\{state="Active"\}/) === 2 ? told : undefined;
      },
      150_000,
    );
    expect(sumOf(text, /holdfast_runtime_rpc_errors_total\{.*\}/)).to.be.greaterThan(0);
    expect(sumOf(text, /holdfast_runtime_null_rounds_total/)).to.be.greaterThan(0);
    expect(sumOf(text, /holdfast_runtime_head_epoch/)).to.be.greaterThan(100_000);
    daemon.child.kill("SIGTERM");
    expect((await daemon.ended).code).to.equal(0);

    bench.configure({ ...settings, endpoints: [bench.devnet.rpcUrl] });
    const { intents } = await bench.json(["intents", "--kind", "propose"]);
    expect(intents).to.have.length(2);
    const { events, differences } = await bench.json(["verify"]);
    expect(differences).to.deep.equal([]);
    expect(events).to.be.greaterThan(0);
  });

  it("stops with 4 when what was final is undone, and sends nothing more", async () => {
    bench.configure({
      ...{ watchers: [bench.policy(packed)], finality: { depth: 2 }, endpoints: [bench.devnet.rpcUrl] },
      chain: { ...bench.chain, fromEpoch: 100_000 },
    });
    const { daemon, metrics } = await running();
    await eventually("a round", async () => {
      return sumOf(await metrics(), /holdfast_runtime_finalized_epoch/) > 100_000 || undefined;
    });
    const { address } = bench.devnet.accounts.client.account;
    // Asked of the node: what was undone is in its mempool until it is mined again.
    const node = createPublicClient({ transport: http(bench.devnet.rpcUrl) });
    const nonce = () => node.getTransactionCount({ address, blockTag: "pending" });
    await lotus().reorg({ depth: 12 });
    const sent = await nonce();
    const { code, stderr } = await daemon.ended;
    expect(stderr).to.match(/counted as final: nothing more is sent\.\nNext: /);
    expect(code).to.equal(4);
    expect(await nonce()).to.equal(sent);
  });
});
