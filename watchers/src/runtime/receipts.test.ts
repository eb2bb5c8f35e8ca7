import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { MemoryNode, NodeError } from "../../test/memory-node.ts";
import {
  count,
  type SenderProcess,
  type SenderProcessOptions,
  startSender,
} from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";

describe("receipts", () => {
  let node: MemoryNode;
  let sender: SenderProcess;
  const start = async (options: Partial<SenderProcessOptions> = {}) => {
    sender = await startSender({ client: node.client, path: ":memory:", ...options });
    return sender;
  };
  beforeEach(() => {
    node = new MemoryNode(account.address);
  });
  afterEach(() => sender.end());

  /** Somebody else signs with the same key. */
  async function steal(nonce: number): Promise<void> {
    const raw = await account.signTransaction({
      ...{ chainId: 31415926, type: "eip1559", nonce, to: account.address, gas: 1_000_000n },
      ...{ maxFeePerGas: 10n ** 6n, maxPriorityFeePerGas: 10n ** 5n },
    });
    await node.client.sendRawTransaction({ serializedTransaction: raw });
  }

  describe("finality", () => {
    it("takes an intent of kind final for done only when its receipt is final by the node's word", async () => {
      await start({ limits: { confirmations: 900n } });
      await sender.enqueue(count(1n));
      await sender.step();
      node.mine(20);
      await sender.step(0n);
      expect(await sender.states()).to.deep.equal(["sent"]);
      const mined = BigInt((await sender.transactions())[0]?.minedEpoch as number);
      await sender.step(mined - 1n);
      expect(await sender.states()).to.deep.equal(["sent"]);
      await sender.step(mined);
      expect(await sender.states()).to.deep.equal(["done"]);
    });

    it("or 30 epochs deep, and writes down what was required", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n));
      await sender.step();
      node.mine(30);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["sent"]);
      node.mine();
      await sender.step();
      expect((await sender.intents())[0]).to.include({ state: "done", finality: "final", requiredDepth: 30 });
    });

    it("holds an intent to the depth that was required when it was signed", async () => {
      const folder = mkdtempSync(join(tmpdir(), "holdfast-finality-"));
      const path = join(folder, "watcher.db");
      await start({ path, limits: { confirmations: 30n } });
      await sender.enqueue(count(1n));
      await sender.step();
      await sender.end();
      await start({ path, limits: { confirmations: 5n } });
      node.mine(10);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["sent"]);
      node.mine(21);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["done"]);
      rmSync(folder, { recursive: true });
    });

    it("takes an intent of kind observe for done at its receipt, and watches it until that is final", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n, "observe"));
      await sender.step();
      node.mine();
      const [finished] = await sender.step();
      expect(finished?.outcome).to.equal("done");
      expect((await sender.intents())[0]).to.include({
        state: "done",
        finality: "observe",
        requiredDepth: 0,
      });
      expect((await sender.transactions())[0]?.live).to.equal(1);
      node.mine(30);
      expect(await sender.step()).to.deep.equal([]);
      expect((await sender.transactions())[0]?.live).to.equal(0);
    });

    it("brings the same bytes before a node again when a reorganisation undid what was observed", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n, "observe"), count(2n, "observe"));
      await sender.step();
      node.mine();
      await sender.step();
      expect((await sender.transactions()).map(({ minedEpoch }) => minedEpoch)).to.deep.equal([1, 1]);
      node.reorganise(1, () => true);
      await sender.step();
      expect((await sender.transactions()).map(({ minedEpoch }) => minedEpoch)).to.deep.equal([null, null]);
      node.mine(32);
      await sender.step();
      expect(new Set(node.broadcasts.map(({ hash }) => hash)).size).to.equal(2);
      expect(Object.fromEntries(node.tally)).to.deep.equal({ 1: 1, 2: 1 });
      expect((await sender.transactions()).map(({ live }) => live)).to.deep.equal([0, 0]);
    });

    it("corrects an outcome that a reorganisation changed", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n, "observe"));
      await sender.step();
      node.mine();
      await sender.step();
      node.refused.set(1n, "NotYet");
      node.reorganise(1);
      node.mine(32);
      const [finished] = await sender.step();
      expect(finished).to.include({ outcome: "failed", error: "NotYet()" });
      expect(await sender.states()).to.deep.equal(["failed"]);
    });

    it("takes no depth above 900", async () => {
      const error = await start({ limits: { confirmations: 901n } }).catch((thrown: Error) => thrown);
      expect((error as Error).message).to.match(/901 confirmations/);
      await start();
    });
  });

  it("counts the receipt of any attempt", async () => {
    await start({ limits: { confirmations: 2n } });
    await sender.enqueue(count(1n));
    await sender.step();
    const [original] = [...node.mempool.values()];
    node.mine(10, 0);
    await sender.step();
    expect(await sender.transactions()).to.have.length(2);
    // The replacement is in the mempool; a miner has taken the original.
    node.mempool.set(0, original as never);
    node.mine(3);
    await sender.step();
    expect((await sender.intents())[0]).to.include({ state: "done" });
    expect((await sender.transactions()).map(({ live, fee }) => [live, fee !== null])).to.deep.equal([
      [0, true],
      [0, false],
    ]);
  });

  for (const isDeferred of [false, true]) {
    const style = isDeferred ? "before" : "after";
    describe(`given a nonce that another's transaction took, on a node that gives the state ${style} an epoch's messages`, () => {
      beforeEach(async () => {
        node.isDeferred = isDeferred;
        await start({ limits: { confirmations: 30n } });
        node.mine(500);
        let isLost = true;
        node.intercept = ({ method }, forward) => {
          if (method !== "eth_sendRawTransaction" || !isLost) return forward();
          isLost = false;
          throw new Error("fetch failed");
        };
        await sender.enqueue(count(1n));
        await sender.step();
        await steal(0);
        node.mine(2);
        await sender.step();
      });

      it("says so, and waits", async () => {
        expect((await sender.intents())[0]).to.include({ state: "stolen" });
        expect((await sender.intents())[0]?.error).to.match(/^nonce 0 went to 0x/);
        node.mine(28);
        await sender.step();
        expect(await sender.states()).to.deep.equal(["stolen"]);
        expect(await sender.transactions()).to.have.length(1);
      });

      it("starts anew with a new nonce once that nonce is final, and counts it", async () => {
        node.mine(30);
        await sender.step();
        await sender.step();
        node.mine(31);
        await sender.step();
        expect(await sender.states()).to.deep.equal(["done"]);
        expect((await sender.transactions()).map(({ nonce, live }) => [nonce, live])).to.deep.equal([
          [0, 0],
          [1, 0],
        ]);
        expect(node.tally.get(1n)).to.equal(1);
        expect(await sender.metrics.registry.metrics()).to.match(/nonce_stolen_total 1/);
      });

      it("keeps its bytes when a reorganisation gives the nonce back", async () => {
        node.reorganise(3, () => true);
        await sender.step();
        node.mine(32);
        await sender.step();
        expect(await sender.states()).to.deep.equal(["done"]);
        expect(await sender.transactions()).to.have.length(1);
      });
    });
  }

  it("takes a node that has forgotten its receipts for no thief, and does nothing twice", async () => {
    await start({ limits: { confirmations: 30n } });
    await sender.enqueue(count(1n));
    await sender.step();
    node.mine(100);
    node.intercept = ({ method }, forward) => (method === "eth_getTransactionReceipt" ? null : forward());
    for (let round = 0; round < 20; round++) {
      await sender.step();
      node.mine(10);
    }
    expect(await sender.states()).to.deep.equal(["sent"]);
    expect(await sender.transactions()).to.have.length(1);
    node.intercept = (_, forward) => forward();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done"]);
  });

  it("keeps an intent whose thief the node cannot show", async () => {
    await start({ limits: { confirmations: 30n } });
    await sender.enqueue(count(1n));
    node.intercept = ({ method }, forward) => {
      if (method === "eth_sendRawTransaction") throw new Error("fetch failed");
      return forward();
    };
    await sender.step();
    node.intercept = (_, forward) => forward();
    await steal(0);
    node.mine(100);
    node.intercept = ({ method, params }, forward) => {
      const [, block] = (params ?? []) as string[];
      if (method === "eth_getTransactionCount" && block?.startsWith("0x"))
        throw new Error("bad tipset height: lookbacks of more than 24h0m0s are disallowed");
      return forward();
    };
    await sender.step();
    expect(await sender.states()).to.deep.equal(["signed"]);
  });

  describe("given a node that has pruned the receipt of a used nonce", () => {
    const prune = () => {
      node.intercept = ({ method, params }, forward) => {
        const [, block] = (params ?? []) as string[];
        if (method === "eth_getTransactionReceipt") return null;
        if (method === "eth_getTransactionCount" && block?.startsWith("0x"))
          throw new NodeError("bad tipset height: lookbacks of more than 24h0m0s are disallowed");
        return forward();
      };
    };
    async function sentAndPruned(kind: "final" | "observe" = "final") {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n, kind));
      await sender.step();
      node.mine();
      if (kind === "observe") await sender.step();
      prune();
      node.mine(2878);
      await sender.step();
    }

    it("is stuck after 2,880 epochs, once and with the reason, and not before", async () => {
      await sentAndPruned();
      expect(await sender.states()).to.deep.equal(["sent"]);
      node.mine();
      const [finished] = await sender.step();
      expect(finished?.outcome).to.equal("parked");
      const [intent] = await sender.intents();
      expect(intent).to.include({ state: "stuck" });
      expect(intent?.error).to.match(
        /^nonce 0 is used, and 2880 epochs after it was signed no node shows a receipt/,
      );
      expect(intent?.error).to.match(/Configure an endpoint that keeps them, or .* skip/);
      expect(await sender.step()).to.deep.equal([]);
      // The next intent is not held up.
      await sender.enqueue(count(2n));
      await sender.step();
      expect(await sender.states()).to.deep.equal(["stuck", "sent"]);
    });

    it("takes a node that says so for no other than one that shows nothing", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n));
      await sender.step();
      node.mine(2880);
      node.intercept = ({ method }, forward) => {
        if (method === "eth_getTransactionReceipt") throw new NodeError("receipts of epoch 1 were pruned");
        return forward();
      };
      await sender.step();
      expect(await sender.states()).to.deep.equal(["stuck"]);
    });

    it("is no reason to give up while the node does not answer at all", async () => {
      await sentAndPruned();
      node.intercept = ({ method, params }, forward) => {
        const [, block] = (params ?? []) as string[];
        if (method === "eth_getTransactionReceipt") return null;
        if (method === "eth_getTransactionCount" && block?.startsWith("0x")) throw new Error("fetch failed");
        return forward();
      };
      node.mine(100);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["sent"]);
    });

    it("is done as soon as another node shows the receipt", async () => {
      await sentAndPruned();
      node.mine();
      await sender.step();
      node.intercept = (_, forward) => forward();
      await sender.step();
      expect((await sender.intents())[0]).to.include({ state: "done", error: null });
      expect((await sender.transactions())[0]?.live).to.equal(0);
    });

    it("keeps an outcome that was observed, and settles its nonce", async () => {
      await sentAndPruned("observe");
      expect((await sender.transactions())[0]?.live).to.equal(1);
      node.mine();
      await sender.step();
      expect(await sender.states()).to.deep.equal(["done"]);
      expect((await sender.transactions())[0]?.live).to.equal(0);
    });
  });
});
