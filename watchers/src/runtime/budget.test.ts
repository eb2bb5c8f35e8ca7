import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { MemoryNode } from "../../test/memory-node.ts";
import { count, type SenderProcess, startSender } from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";
import type { SenderLimits } from "./transaction-sender.ts";

/** attoFIL that one transaction of the node may cost when it is signed (gas 1,000,000 at 2 x 100 + 10), and does cost. */
const MOST = 210_000_000n;
const PAID = 110_000_000n;

describe("budget", () => {
  let node: MemoryNode;
  let sender: SenderProcess;
  const start = async (limits: Partial<SenderLimits>, path = ":memory:") => {
    sender = await startSender({ client: node.client, path, limits });
    await sender.enqueue(count(1n), count(2n), count(3n));
  };
  const reasons = () => sender.sender.paused().map(({ reason }) => reason);
  const paused = async (reason: string) =>
    new RegExp(`sends_paused{reason="${reason}"} 1`).test(await sender.metrics.registry.metrics());
  beforeEach(() => {
    node = new MemoryNode(account.address);
  });
  afterEach(() => sender.end());

  it("is no matter while there is enough", async () => {
    await start({ maxHourlyCost: 3n * MOST, maxDailyCost: 3n * MOST, maxTransactionCost: MOST });
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "sent", "sent"]);
    expect(reasons()).to.deep.equal([]);
  });

  it("stops at what an hour may cost, says so, and goes on an hour later", async () => {
    await start({ maxHourlyCost: MOST + PAID });
    await sender.step();
    // The first may still cost its most; once mined, it cost less, and the second fits.
    expect(await sender.states()).to.deep.equal(["sent", "new", "new"]);
    expect(reasons()).to.deep.equal(["hour"]);
    expect(await paused("hour")).to.equal(true);
    node.mine();
    await sender.step();
    node.mine();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done", "done", "new"]);
    expect(reasons()).to.deep.equal(["hour"]);
    expect((await sender.intents())[2]).to.include({ tries: 0 });
    node.mine(120);
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done", "done", "sent"]);
    expect(await paused("hour")).to.equal(false);
  });

  it("stops at what a day may cost, and goes on a day later", async () => {
    await start({ maxDailyCost: MOST });
    await sender.step();
    node.mine(130);
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done", "new", "new"]);
    expect(reasons()).to.deep.equal(["day"]);
    node.mine(2750);
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done", "sent", "new"]);
  });

  it("knows after a restart what was spent", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-budget-"));
    const path = join(folder, "watcher.db");
    await start({ maxHourlyCost: MOST }, path);
    await sender.step();
    await sender.end();
    await start({ maxHourlyCost: MOST }, path);
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "new", "new"]);
    rmSync(folder, { recursive: true });
  });

  it("leaves the account its least balance, counting what is under way", async () => {
    node.balance = 3n * MOST;
    await start({ minBalance: MOST + 1n });
    await sender.step();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "new", "new"]);
    expect(reasons()).to.deep.equal(["balance"]);
    expect(await paused("balance")).to.equal(true);
  });

  it("warns of a low balance when nothing is to be sent, too", async () => {
    node.balance = 1n;
    sender = await startSender({ client: node.client, path: ":memory:", limits: { minBalance: 2n } });
    await sender.step();
    expect(reasons()).to.deep.equal(["balance"]);
  });

  it("takes an address that never received FIL for an empty account", async () => {
    node.intercept = ({ method }, forward) => {
      if (method === "eth_getBalance") throw new Error("resolution lookup failed (f410f): actor not found");
      return forward();
    };
    await start({});
    await sender.step();
    expect(reasons()).to.deep.equal(["balance"]);
    expect(sender.sender.paused()[0]?.message).to.match(/send FIL to the account/);
  });

  it("holds one call that is too dear, and lets the others pass", async () => {
    node.intercept = ({ method, params }, forward) => {
      const isDear = JSON.stringify(params ?? "").includes("0000000002");
      return method === "eth_estimateGas" && isDear ? "0x1e8480" : forward();
    };
    await start({ maxTransactionCost: MOST });
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "new", "sent"]);
    expect(reasons()).to.deep.equal(["transaction"]);
    expect((await sender.intents())[1]).to.include({ tries: 0 });
    expect((await sender.intents())[1]?.error).to.match(/more than maxTransactionCost, 210000000/);
  });

  it("raises no fee beyond it, and keeps following what is signed", async () => {
    await start({ maxHourlyCost: 3n * MOST });
    await sender.step();
    node.mine(10, 0);
    await sender.step();
    expect(await sender.transactions()).to.have.length(3);
    expect(reasons()).to.deep.equal(["hour"]);
    node.mine();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done", "done", "done"]);
    expect(await sender.metrics.registry.metrics()).to.match(/fee_spent_fil_total 3.3e-10/);
  });

  it("spends no try of an intent on an account without FIL, and goes on when it has some", async () => {
    node.balance = 0n;
    await start({});
    for (let round = 0; round < 20; round++) {
      await sender.step();
      sender.clock.advance(400_000);
    }
    expect(await sender.intents())
      .to.have.length(3)
      .and.satisfy((all: { tries: number }[]) => all.every(({ tries }) => tries === 0));
    expect(sender.sender.paused().map(({ message }) => message)[0]).to.match(
      /has no FIL, or never received any; send FIL/,
    );
    node.balance = 10n ** 21n;
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "sent", "sent"]);
    expect(reasons()).to.deep.equal([]);
  });

  it("is not what is told when no node takes the next nonce at any fee", async () => {
    node.client.sendRawTransaction = async () => {
      throw new Error("message base fee too low, GasFeeCap");
    };
    await start({});
    for (let round = 0; round < 30; round++) {
      await sender.step();
      node.mine();
    }
    expect(await sender.states()).to.deep.equal(["stuck", "new", "new"]);
    expect(reasons()).to.deep.equal(["broadcast"]);
  });
});
