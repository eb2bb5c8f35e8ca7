import { expect } from "chai";
import { MemoryNode } from "../../test/memory-node.ts";
import { count, type SenderProcess, startSender } from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";
import { MAX_TRIES } from "./backoff.ts";
import {
  countUnsettled,
  IntentActionError,
  listIntents,
  retryIntent,
  skipIntent,
  stuckAccount,
} from "./intents-admin.ts";

describe("intents, as an operator handles them", () => {
  let node: MemoryNode;
  let sender: SenderProcess;
  beforeEach(async () => {
    node = new MemoryNode(account.address);
    sender = await startSender({ client: node.client, path: ":memory:" });
  });
  afterEach(() => sender.end());

  const refusal = async (action: Promise<void>) => {
    const thrown = await action.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).to.be.instanceOf(IntentActionError);
    return (thrown as Error).message;
  };

  async function park(by: bigint): Promise<void> {
    node.refused.set(by, "");
    await sender.enqueue(count(by));
    for (let round = 0; round < MAX_TRIES; round++) {
      sender.clock.advance(300_000);
      await sender.step();
    }
  }

  async function stick(): Promise<void> {
    await sender.enqueue(count(1n));
    await sender.step();
    for (let epoch = 0; epoch < 80; epoch++) {
      node.mine(1, 0);
      await sender.step();
    }
  }

  describe("list", () => {
    it("shows the newest first, with every attempt", async () => {
      await sender.enqueue(count(1n), count(2n, "observe"));
      await sender.step();
      node.mine(10, 1);
      await sender.step();
      const [second, first] = await listIntents(sender.db);
      expect(first).to.include({ key: "final:1:1", state: "done" });
      expect(first?.attempts[0]).to.include({ nonce: 0, isLive: false, fee: "110000000" });
      expect(second?.attempts).to.have.length(1);
      expect(second?.attempts[0]).to.include({ nonce: 1, isLive: true, fee: null, minedEpoch: null });
    });

    it("filters by state and kind, and goes by pages", async () => {
      await sender.enqueue(
        ...Array.from({ length: 250 }, (_, index) => count(BigInt(index + 1))),
        count(1n, "observe"),
      );
      expect(await listIntents(sender.db)).to.have.length(100);
      expect(await listIntents(sender.db, { kinds: ["observe"] })).to.have.length(1);
      expect(await listIntents(sender.db, { states: ["done"] })).to.deep.equal([]);
      const page = await listIntents(sender.db, { before: 51, limit: 1000 });
      expect(page.map(({ id }) => id)).to.deep.equal(Array.from({ length: 50 }, (_, index) => 50 - index));
    });
  });

  it("are listed also when there are more of them than values fit one statement", async () => {
    await sender.enqueue(...Array.from({ length: 33_000 }, (_, index) => count(BigInt(index + 1))));
    await sender.step();
    const listed = await listIntents(sender.db, { limit: 100_000 });
    expect(listed).to.have.length(33_000);
    expect(listed.filter(({ attempts }) => attempts.length === 1).map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => 10 - index),
    );
  });

  describe("retry", () => {
    it("gives a parked intent its tries back", async () => {
      await park(1n);
      expect(await sender.states()).to.deep.equal(["parked"]);
      await retryIntent(sender.db, 1);
      node.refused.delete(1n);
      await sender.step();
      node.mine();
      await sender.step();
      expect((await sender.intents())[0]).to.include({ state: "done", tries: 0 });
    });

    it("lets a stuck intent raise its fee again, at the same nonce", async () => {
      await stick();
      expect(await sender.states()).to.deep.equal(["stuck"]);
      await retryIntent(sender.db, 1);
      await sender.step();
      const attempts = await sender.transactions();
      expect(attempts).to.have.length(8);
      expect(new Set(attempts.map(({ nonce }) => nonce)).size).to.equal(1);
      node.mine();
      await sender.step();
      expect(await sender.states()).to.deep.equal(["done"]);
      expect(node.tally.get(1n)).to.equal(1);
    });

    it("is refused for what is decided anew as soon as it is parked: it could be done twice", async () => {
      await park(1n);
      const kind = (await sender.intents())[0]?.kind as string;
      expect(await refusal(retryIntent(sender.db, 1, [kind]))).to.match(
        /is a parked .* done twice.\nNext: holdfast-watch skip 1 --reason/,
      );
      expect(await sender.states()).to.deep.equal(["parked"]);
    });

    it("is refused for what does not wait for a person", async () => {
      await sender.enqueue(count(0n), count(1n));
      await sender.step();
      expect(await refusal(retryIntent(sender.db, 1))).to.match(
        /is failed.*\nNext: nothing: .* decided anew/,
      );
      expect(await refusal(retryIntent(sender.db, 2))).to.match(/is sent/);
      expect(await refusal(retryIntent(sender.db, 9))).to.match(/no intent 9.\nNext: holdfast-watch intents/);
    });
  });

  describe("skip", () => {
    it("gives up what is new or parked, and keeps the reason", async () => {
      await park(1n);
      await sender.enqueue(count(2n));
      await skipIntent(sender.db, 1, "the provider is gone", 7n);
      await skipIntent(sender.db, 2, "a mistake", 8n);
      await sender.step();
      expect(node.broadcasts).to.deep.equal([]);
      expect((await sender.intents())[0]).to.include({
        state: "skipped",
        error: "the provider is gone",
        finishedEpoch: 7,
      });
      expect(await sender.states()).to.deep.equal(["skipped", "skipped"]);
    });

    it("is refused while signed bytes may still be mined, whatever the state", async () => {
      await stick();
      await sender.enqueue(count(2n, "observe"));
      const message = await refusal(skipIntent(sender.db, 1, "enough", 9n));
      expect(message).to.match(/has signed bytes \(0x[0-9a-f]{64}, nonce 0\) that may still be mined/);
      expect(message).to.match(/Next: .*nonce 0/);
      expect(await sender.states()).to.deep.equal(["stuck", "new"]);
    });

    it("settles a stuck intent whose nonce is used for good, with that nonce", async () => {
      await stick();
      expect(await stuckAccount(sender.db, 1)).to.include({ account: account.address });
      node.mine();
      // The nonces below 0 are none.
      expect(await refusal(skipIntent(sender.db, 1, "seen on chain", 9n, 0))).to.match(/may still be mined/);
      await skipIntent(sender.db, 1, "seen on chain", 9n, 1);
      expect((await sender.intents())[0]).to.include({ state: "skipped", error: "seen on chain" });
      expect(await countUnsettled(sender.db)).to.equal(0);
      await sender.step();
      expect(await sender.states()).to.deep.equal(["skipped"]);
    });

    it("leaves a used nonce to the sender while its intent is not stuck", async () => {
      await sender.enqueue(count(1n));
      await sender.step();
      node.mine();
      expect(await stuckAccount(sender.db, 1)).to.equal(undefined);
      expect(await refusal(skipIntent(sender.db, 1, "enough", 9n, 1))).to.match(/may still be mined/);
    });

    it("is refused for what has ended, and without a reason", async () => {
      await sender.enqueue(count(0n), count(1n));
      await sender.step();
      expect(await refusal(skipIntent(sender.db, 1, "why not", 1n))).to.match(/has ended: it is failed/);
      expect(await refusal(skipIntent(sender.db, 2, " ", 1n))).to.match(/without a reason/);
    });

    it("wins against a process that is about to sign", async () => {
      await sender.enqueue(count(1n));
      node.intercept = async ({ method }, forward) => {
        if (method === "eth_estimateGas") await skipIntent(sender.db, 1, "just in time", 1n);
        return forward();
      };
      await sender.step();
      expect(await sender.states()).to.deep.equal(["skipped"]);
      expect(await sender.transactions()).to.deep.equal([]);
      expect(node.broadcasts).to.deep.equal([]);
    });
  });

  it("are counted when the metrics are read, whoever changed them", async () => {
    await sender.enqueue(count(1n), count(2n), count(3n, "observe"));
    await skipIntent(sender.db, 1, "no", 1n);
    const metrics = await sender.metrics.registry.metrics();
    expect(metrics).to.match(/runtime_intents{kind="final",state="skipped"} 1/);
    expect(metrics).to.match(/runtime_intents{kind="final",state="new"} 1/);
    expect(metrics).to.match(/runtime_intents{kind="observe",state="new"} 1/);
  });

  it("leave the account at rest once nothing signed is open", async () => {
    await sender.enqueue(count(1n), count(2n));
    await sender.step();
    expect(await countUnsettled(sender.db)).to.equal(2);
    node.mine();
    await sender.step(0n, { startNew: false });
    expect(await countUnsettled(sender.db)).to.equal(0);
  });
});
