import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { devnet as devnetChain } from "@holdfast/sdk";
import { type PackedPath, packDataset } from "@holdfast/sdk/node";
import type { Step } from "@holdfast/watchers";
import { expect } from "chai";
import { createWalletClient, http, parseEther, parseEventLogs } from "viem";
import { firstDifference } from "../../scripts/demo/compare-trees.ts";
import { copiesIn, pass, readBack, until } from "../../scripts/demo/flow.ts";
import { readReceipt } from "../../scripts/demo/receipt.ts";
import { fund, openStage, type Stage, startWatcher } from "../../scripts/demo/stage.ts";

/** Datasets of every kind through every layer: packed, proposed, sealed, proven, paid, and read back. */
describe("a dataset's life, through a node that behaves as Lotus's do", function () {
  this.timeout(240_000);
  let stage: Stage;
  let test = 0;

  before(async () => {
    stage = await openStage({ lotus: { seed: "dataset-life", nullRounds: 0.1 } });
    await fund(stage, parseEther("100000"));
  });
  after(() => stage[Symbol.asyncDispose]());

  async function pack(name: string, source: string, maxPieceSize = 1 << 20): Promise<PackedPath> {
    return packDataset(source, { outDir: join(stage.folder, `cars-${name}-${++test}`), maxPieceSize });
  }

  async function stored(packed: PackedPath, copies: number): Promise<Step> {
    await using watcher = await startWatcher(stage, packed, () => {}, { copies });
    const wanted = copies * packed.pieces.length;
    return await until(
      stage,
      watcher,
      "every copy is active",
      (step) => copiesIn(step, "Active").length === wanted,
      1n,
    );
  }

  async function comesBack(packed: PackedPath, step: Step, source: string): Promise<void> {
    const output = join(stage.folder, `read-${++test}`);
    await readBack(stage, packed, step, output, stage.devnet.providers[0]!.minerId);
    expect(await firstDifference(source, output)).to.equal(undefined);
  }

  it("stores an empty file and reads it back", async () => {
    const source = join(stage.folder, "nothing.txt");
    await writeFile(source, "");
    const packed = await pack("empty", source);
    await comesBack(packed, await stored(packed, 2), source);
  });

  it("stores a tree with empty directories and names in Unicode, and reads it back", async () => {
    const source = join(stage.folder, "tree");
    await mkdir(join(source, "leer"), { recursive: true });
    await mkdir(join(source, "データ", "ünïcødé"), { recursive: true });
    await writeFile(join(source, "データ", "ünïcødé", "naïve 🗄️.csv"), "a,b\n1,2\n");
    await writeFile(join(source, "cafe\u0301"), "decomposed");
    await writeFile(join(source, "caf\u00e9"), "composed");
    const packed = await pack("tree", source);
    await comesBack(packed, await stored(packed, 2), source);
  });

  it("stores 40 pieces under one dataset id in deals of at most 32, and pays what is proven of all", async () => {
    const source = join(stage.folder, "many.bin");
    const bytes = new Uint8Array(40 * 3_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2_654_435_761) >>> 24;
    await writeFile(source, bytes);
    const packed = await pack("many", source, 4_096);
    expect(packed.pieces.length).to.be.greaterThan(32);
    const step = await stored(packed, 1);
    expect(step.state.deals.length).to.be.greaterThan(1);
    for (const { copies } of step.state.deals) expect(copies.length).to.be.at.most(32);
    await comesBack(packed, step, source);

    await using watcher = await startWatcher(stage, packed, () => {}, { copies: 1 });
    const { deals } = await readReceipt(stage, await pass(stage, watcher, 3n));
    for (const { paid, earned } of deals) {
      expect(paid).to.equal(earned);
      expect(paid).not.to.equal("0");
    }
  });

  it("lets a client end early: the exit fee at once, the notice proven and paid, the bond back", async () => {
    const source = join(stage.folder, "short.txt");
    await writeFile(source, "not for long");
    const packed = await pack("short", source);
    const step = await stored(packed, 1);
    const { dealId, provider } = step.state.deals[0]!;
    const { client, contracts, devnet } = stage;
    await using watcher = await startWatcher(stage, packed, () => {}, {
      copies: 1,
      keepUntil: devnet.epoch(),
    });
    await pass(stage, watcher, 1n);

    const { account } = devnet.accounts.client;
    const wallet = createWalletClient({ chain: devnetChain, transport: http(devnet.rpcUrl), account });
    const hash = await wallet.writeContract({
      ...{ ...contracts.deals, functionName: "leaveAsClient", args: [dealId] },
    });
    const receipt = await devnet.hurry(client.waitForTransactionReceipt({ hash }));
    const fees = parseEventLogs({
      abi: contracts.deals.abi,
      eventName: "DealExitFeePaid",
      logs: receipt.logs,
    });
    const deal = await client.readContract({ ...contracts.deals, functionName: "dealOf", args: [dealId] });
    expect(fees.map(({ args }) => args.amount)).to.deep.equal([deal.exitFee]);
    expect(deal.railEnd).to.equal(receipt.blockNumber + BigInt(deal.notice));

    const isOver = ({ state }: Step) => state.deals[0]!.settledUpTo === undefined;
    const last = await until(stage, watcher, "the rail is settled to its end", isOver, 20n);
    expect(last.state.deals[0]!.copies.map(({ stored }) => stored)).to.deep.equal(["Completed"]);
    const { deals, bonds } = await readReceipt(stage, last);
    expect(deals[0]!.paid).to.equal(deals[0]!.earned);
    expect(bonds.find((bond) => bond.provider === `f0${provider}`)!.slashed).to.equal("0");
    const open = await client.readContract({ ...contracts.deals, functionName: "copiesOf", args: [dealId] });
    expect(open[0]!.bond).to.equal(0n);
  });
});
