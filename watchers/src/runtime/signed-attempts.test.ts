import { expect } from "chai";
import { parseTransaction } from "viem";
import { MemoryNode, NodeError } from "../../test/memory-node.ts";
import {
  count,
  type SenderProcess,
  type SenderProcessOptions,
  startSender,
} from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";

describe("signed attempts", () => {
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

  it("sends 1,000 transactions through a mempool without nonce gaps, and has none refused", async () => {
    await start();
    await sender.enqueue(...Array.from({ length: 1000 }, (_, index) => count(BigInt(index + 1))));
    let rounds = 0;
    for (; (await sender.states()).some((state) => state !== "done") && rounds < 400; rounds++) {
      await sender.step();
      node.mine(1, 7);
    }
    expect(node.rejections).to.deep.equal([]);
    expect(node.broadcasts.map(({ nonce }) => nonce)).to.deep.equal(
      Array.from({ length: 1000 }, (_, index) => index),
    );
    expect([...node.tally.values()].every((times) => times === 1)).to.equal(true);
    expect(node.tally.size).to.equal(1000);
  }).timeout(60_000);

  describe("given a transaction that is not mined", () => {
    beforeEach(async () => {
      node.intercept = (_, forward) => forward();
    });

    it("offers at least 125 % of both fees every 10 epochs, six times, and then leaves it to a person", async () => {
      await start();
      await sender.enqueue(count(1n));
      await sender.step();
      const parked = [];
      for (let epoch = 0; epoch < 100; epoch++) {
        node.mine(1, 0);
        parked.push(...(await sender.step()));
      }
      const attempts = await sender.transactions();
      expect(attempts).to.have.length(7);
      expect(new Set(attempts.map(({ nonce }) => nonce))).to.deep.equal(new Set([0]));
      attempts.slice(1).forEach((attempt, index) => {
        for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
          expect(Number(attempt[fee])).to.be.at.least(Number(attempts[index]?.[fee]) * 1.25);
        }
        expect(attempt.signedEpoch - (attempts[index]?.signedEpoch ?? 0)).to.equal(10);
      });
      const costs = attempts.map(({ gas, maxFeePerGas }) => BigInt(gas) * BigInt(maxFeePerGas));
      expect((costs.at(-1) as bigint) <= 5n * (costs[0] as bigint)).to.equal(true);
      expect(node.rejections).to.deep.equal([]);
      expect(parked.map(({ outcome }) => outcome)).to.deep.equal(["parked"]);
      expect((await sender.intents())[0]).to.include({ state: "stuck" });
      const metrics = await sender.metrics.registry.metrics();
      expect(metrics)
        .to.match(/parked_intents 1/)
        .and.to.match(/tx_bumps_total 6/);
    });

    it("raises only the fee of the one that is next: those behind it could not be mined", async () => {
      await start({ limits: { confirmations: 30n } });
      await sender.enqueue(count(1n), count(2n), count(3n));
      await sender.step();
      node.mine(10, 0);
      await sender.step();
      const nonces = async () => (await sender.transactions()).map(({ nonce }) => nonce);
      expect(await nonces()).to.deep.equal([0, 1, 2, 0]);
      node.mine(1, 1);
      await sender.step();
      node.mine(9, 0);
      await sender.step();
      expect(await nonces()).to.deep.equal([0, 1, 2, 0]);
      node.mine(1, 0);
      await sender.step();
      expect(await nonces()).to.deep.equal([0, 1, 2, 0, 1]);
    });

    it("never forgets it: dropped bytes are sent again, and its receipt still counts", async () => {
      await start();
      await sender.enqueue(count(1n));
      await sender.step();
      for (let epoch = 0; epoch < 100; epoch++) {
        node.mine(1, 0);
        await sender.step();
      }
      node.mempool.clear();
      await sender.step();
      expect(node.mempool.size).to.equal(1);
      node.mine();
      await sender.step();
      expect(await sender.states()).to.deep.equal(["done"]);
      expect(node.tally.get(1n)).to.equal(1);
    });

    it("raises no fee above five times the first quote, whatever the base fee", async () => {
      await start();
      await sender.enqueue(count(1n));
      await sender.step();
      node.baseFee *= 1000n;
      for (let epoch = 0; epoch < 100; epoch++) {
        node.mine(1);
        await sender.step();
      }
      const costs = (await sender.transactions()).map(
        ({ gas, maxFeePerGas }) => BigInt(gas) * BigInt(maxFeePerGas),
      );
      expect(costs.length).to.be.greaterThan(1);
      expect(costs.every((cost) => cost <= 5n * (costs[0] as bigint))).to.equal(true);
      expect(await sender.states()).to.deep.equal(["stuck"]);
    });

    it("raises no fee above the configured cost", async () => {
      await start({ limits: { maxTransactionCost: 220n * 10n ** 6n } });
      await sender.enqueue(count(1n));
      await sender.step();
      node.mine(10, 0);
      await sender.step();
      expect(await sender.transactions()).to.have.length(1);
      expect((await sender.intents())[0]?.error).to.match(
        /stuck: a replacement would cost more than 220000000/,
      );
    });
  });

  it("sends what a node dropped again at once, the same bytes, before any later nonce", async () => {
    await start();
    await sender.enqueue(count(1n), count(2n));
    await sender.step();
    node.mempool.clear();
    await sender.enqueue(count(3n));
    node.mine();
    await sender.step();
    expect(node.broadcasts.map(({ nonce }) => nonce)).to.deep.equal([0, 1, 0, 1, 2]);
    expect(node.rejections).to.deep.equal([]);
    expect(await sender.transactions()).to.have.length(3);
  });

  it("sends none of a later nonce while one before it is refused", async () => {
    await start();
    await sender.enqueue(count(1n), count(2n));
    await sender.step();
    node.mempool.clear();
    const sent: number[] = [];
    node.intercept = ({ method, params }, forward) => {
      if (method !== "eth_sendRawTransaction") return forward();
      sent.push(parseTransaction((params as `0x02${string}`[])[0] as `0x02${string}`).nonce ?? 0);
      throw new NodeError("mpool is full, try again");
    };
    await sender.step();
    expect(sent).to.deep.equal([0]);
  });

  it("asks for the bytes by their hash when a broadcast has no known answer", async () => {
    await start();
    const asked: string[] = [];
    node.intercept = ({ method }, forward) => {
      asked.push(method);
      const answer = forward();
      if (method === "eth_sendRawTransaction") throw new Error("socket hang up");
      return answer;
    };
    await sender.enqueue(count(1n));
    await sender.step();
    expect(asked.slice(asked.indexOf("eth_sendRawTransaction"))).to.deep.equal([
      "eth_sendRawTransaction",
      "eth_getTransactionByHash",
    ]);
    expect(await sender.states()).to.deep.equal(["sent"]);
  });

  it("does not believe a node that says it has the bytes and cannot show them", async () => {
    await start();
    node.intercept = ({ method }, forward) => {
      if (method === "eth_sendRawTransaction") throw new NodeError("already known");
      return forward();
    };
    await sender.enqueue(count(1n), count(2n));
    await sender.step();
    expect(await sender.states()).to.deep.equal(["signed", "new"]);
    node.intercept = (_, forward) => forward();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["sent", "sent"]);
  });

  it("signs the same call at the same nonce with better terms when a node finds the fee too low", async () => {
    await start();
    node.intercept = ({ method }, forward) => {
      if (method === "eth_sendRawTransaction") node.baseFee = 500n;
      return forward();
    };
    await sender.enqueue(count(1n));
    await sender.step();
    expect(await sender.states()).to.deep.equal(["signed"]);
    await sender.step();
    node.mine();
    await sender.step();
    expect(await sender.states()).to.deep.equal(["done"]);
    expect((await sender.transactions()).map(({ nonce }) => nonce)).to.deep.equal([0, 0]);
  });

  it("begins nothing once it is told to stop, and nothing new while draining", async () => {
    await start();
    await sender.enqueue(count(1n));
    await sender.step(0n, { signal: AbortSignal.abort() });
    expect(node.broadcasts).to.deep.equal([]);
    await sender.step();
    await sender.enqueue(count(2n));
    node.mine();
    await sender.step(0n, { startNew: false });
    expect(await sender.states()).to.deep.equal(["done", "new"]);
  });

  it("assigns no nonce when its lease is lost, in the transaction that would", async () => {
    let isLost = true;
    await start({
      fence: async (within) => {
        await within
          .insertInto("checkpoints")
          .values({ name: "trace", value: "fenced" })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        if (isLost) throw new Error("the lease is lost");
      },
    });
    await sender.enqueue(count(1n));
    const error = await sender.step().catch((thrown: Error) => thrown);
    expect((error as Error).message).to.equal("the lease is lost");
    expect(await sender.states()).to.deep.equal(["new"]);
    expect(await sender.transactions()).to.deep.equal([]);
    expect(await sender.db.selectFrom("checkpoints").selectAll().execute()).to.deep.equal([]);
    expect(node.broadcasts).to.deep.equal([]);
    isLost = false;
    await sender.step();
    expect(await sender.db.selectFrom("checkpoints").selectAll().execute()).to.have.length(1);
  });

  it("refuses to sign a nonce that another sender on the same database has signed", async () => {
    await start();
    await sender.enqueue(count(1n));
    node.intercept = async ({ method }, forward) => {
      const answer = forward();
      if (method === "eth_estimateGas") {
        const row = { hash: "0x", intentId: 1, account: account.address, nonce: 0, raw: "0x", gas: "1" };
        await sender.db
          .insertInto("transactions")
          .values({ ...row, maxFeePerGas: "1", maxPriorityFeePerGas: "1", signedEpoch: 1, live: 0 })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      return answer;
    };
    await sender.step();
    expect(node.broadcasts.map(({ nonce }) => nonce)).to.deep.equal([1]);
  });
});
