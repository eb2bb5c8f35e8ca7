import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Address, Hex, TransactionReceipt } from "viem";
import { counterAbi, countOf, deployCounter, type LocalChain, startChain } from "../../test/local-chain.ts";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { account, chain } from "../../test/test-chain.ts";
import { migrations } from "../migrations/index.ts";
import { openDatabase, type RuntimeTables } from "./database.ts";
import { type Fault, noFault } from "./fault-point.ts";
import { createOutbox } from "./outbox.ts";
import { createTransactionSender, type SenderLimits } from "./transaction-sender.ts";

describe("transaction sender", () => {
  let local: LocalChain;
  let counter: Address;
  let folder: string;
  let snapshot: Hex;
  const clock = manualClock();

  before(async () => {
    local = await startChain();
    counter = await deployCounter(local);
  });
  after(() => local.close());
  beforeEach(async () => {
    snapshot = await local.test.snapshot();
    folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"));
  });
  afterEach(async () => {
    local.state.intercept = (_, forward) => forward();
    await local.test.setAutomine(true);
    await local.test.revert({ id: snapshot });
    rmSync(folder, { recursive: true });
  });

  const defaults: SenderLimits = {
    ...{ confirmations: 0n, stuckAfter: 10n, maxInFlight: 10 },
    ...{
      maxTransactionCost: 10n ** 18n,
      maxHourlyCost: 10n ** 18n,
      maxDailyCost: 10n ** 19n,
      minBalance: 0n,
    },
  };

  /** A process: its own connection to the database file; `end` is its death. */
  async function start(fault: Fault = noFault, limits: Partial<SenderLimits> = {}) {
    const db = await openDatabase<RuntimeTables>(join(folder, "watcher.db"), migrations);
    const outbox = createOutbox({ db, clock, fault, random: () => 0.5 });
    const sender = createTransactionSender({
      outbox,
      client: local.client as never,
      account,
      chainId: chain.id,
      kinds: {
        count: {
          call: (payload) => ({
            address: counter,
            abi: counterAbi,
            functionName: "count",
            args: [(payload as { by: bigint }).by],
          }),
          extract: (receipt: TransactionReceipt) => receipt.logs.length,
        },
      },
      limits: { ...defaults, ...limits },
      fault,
      logger: quiet,
    });
    const count = (by: bigint) => ({
      key: `count:${by}:1`,
      subject: `count:${by}`,
      kind: "count",
      payload: { by },
    });
    return {
      db,
      enqueue: async (...by: bigint[]) => outbox.enqueue(by.map(count), await local.client.getBlockNumber()),
      advance: async () => sender.advance({ latest: await local.client.getBlockNumber(), finalized: 0n }),
      intents: () => db.selectFrom("intents").selectAll().orderBy("id").execute(),
      transactions: () => db.selectFrom("transactions").selectAll().execute(),
      end: () => db.destroy(),
    };
  }

  async function settle(process: Awaited<ReturnType<typeof start>>, rounds = 4) {
    for (let round = 0; round < rounds; round++) await process.advance();
  }

  it("has nonce and bytes in the database before the first byte leaves, and sends the same bytes after a restart", async () => {
    const sent: unknown[] = [];
    const stored: unknown[] = [];
    const first = await start();
    local.state.intercept = async ({ method, params }, forward) => {
      if (method !== "eth_sendRawTransaction") return forward();
      sent.push((params as Hex[])[0]);
      if (sent.length > 1) return forward();
      stored.push(...(await first.transactions()).map(({ raw }) => raw));
      throw new Error("fetch failed");
    };
    await first.enqueue(7n);
    await first.advance();
    await first.end();
    const second = await start();
    await settle(second);
    expect(stored).to.deep.equal([sent[0]]);
    expect(sent).to.deep.equal([sent[0], sent[0]]);
    expect((await second.intents())[0]?.state).to.equal("done");
    await second.end();
  });

  it("asks for the receipt when a node says that it has the bytes already", async () => {
    const process = await start();
    local.state.intercept = async ({ method }, forward) => {
      const answer = await forward();
      if (method === "eth_sendRawTransaction") {
        throw new Error(
          "message from f410f with nonce 0 already in mpool: message with nonce already exists",
        );
      }
      return answer;
    };
    await process.enqueue(7n);
    await settle(process);
    expect((await process.intents())[0]?.state).to.equal("done");
    expect(await countOf(local, counter)).to.equal(1n);
    await process.end();
  });

  it("spends no gas on a call that reverts, and keeps the error's name", async () => {
    const process = await start();
    await process.enqueue(0n);
    const [finished] = await process.advance();
    expect(finished).to.include({ outcome: "failed", error: "Refused()" });
    expect(await local.client.getTransactionCount({ address: account.address })).to.equal(0);
    await process.end();
  });

  it("lets a call that reverts hold up none of the others", async () => {
    const process = await start();
    await process.enqueue(0n, 1n, 2n, 3n);
    await settle(process);
    expect(await countOf(local, counter)).to.equal(3n);
    await process.end();
  });

  it("sends no nonce before the one below it was accepted", async () => {
    const process = await start();
    const nonces: Hex[] = [];
    local.state.intercept = async ({ method, params }, forward) => {
      if (method !== "eth_sendRawTransaction") return forward();
      nonces.push((params as Hex[])[0] as Hex);
      if (nonces.length <= 2) throw new Error("502 Bad Gateway");
      return forward();
    };
    await process.enqueue(1n, 2n, 3n);
    await process.advance();
    await process.advance();
    expect(new Set(nonces).size).to.equal(1);
    expect(await process.transactions()).to.have.length(1);
    await settle(process);
    expect(await countOf(local, counter)).to.equal(3n);
    expect(nonces).to.have.length(5);
    await process.end();
  });

  it("stores what the receipt says", async () => {
    const process = await start();
    await process.enqueue(7n);
    const results = [...(await process.advance()), ...(await process.advance())];
    const { hash } = (await process.transactions())[0]!;
    expect(results[0]?.result).to.deep.equal({ hash, epoch: await local.client.getBlockNumber(), value: 1 });
    await process.end();
  });

  it("is done only when the receipt has its confirmations", async () => {
    const process = await start(noFault, { confirmations: 5n });
    await process.enqueue(7n);
    await settle(process);
    expect((await process.intents())[0]?.state).to.equal("sent");
    await local.test.mine({ blocks: 5 });
    await process.advance();
    expect((await process.intents())[0]?.state).to.equal("done");
    await process.end();
  });

  describe("given blocks that leave it out", () => {
    beforeEach(() => local.test.setAutomine(false));

    it("offers at least 125 % of both fees after 10 epochs, at the same nonce, and counts once", async () => {
      const process = await start();
      await process.enqueue(7n);
      await process.advance();
      await local.test.dropTransaction({ hash: (await process.transactions())[0]!.hash as Hex });
      await local.test.mine({ blocks: 10 });
      await process.advance();
      await process.advance();
      const [first, second] = await process.transactions();
      expect(second?.nonce).to.equal(first?.nonce);
      for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
        expect(Number(second?.[fee])).to.be.at.least(Number(first?.[fee]) * 1.25);
      }
      await local.test.mine({ blocks: 1 });
      await process.advance();
      expect((await process.intents())[0]?.state).to.equal("done");
      expect(await countOf(local, counter)).to.equal(1n);
      await process.end();
    });

    it("raises no fee above the cost limit", async () => {
      const process = await start();
      await process.enqueue(7n);
      await process.advance();
      const [first] = await process.transactions();
      await process.end();
      await local.test.dropTransaction({ hash: first!.hash as Hex });
      await local.test.mine({ blocks: 10 });
      const limit = BigInt(first!.gas) * BigInt(first!.maxFeePerGas);
      const frugal = await start(noFault, { maxTransactionCost: limit });
      await frugal.advance();
      expect(await frugal.transactions()).to.have.length(1);
      await frugal.end();
    });
  });

  it("does not take its own transaction for another's that is mined while it looks", async () => {
    const process = await start();
    let hidden = true;
    local.state.intercept = async ({ method }, forward) => {
      if (method === "eth_getTransactionReceipt" && hidden) {
        hidden = false;
        return null;
      }
      return forward();
    };
    await process.enqueue(7n);
    await settle(process, 6);
    expect(await countOf(local, counter)).to.equal(1n);
    expect((await process.intents())[0]?.state).to.equal("done");
    await process.end();
  });

  it("starts anew with a new nonce when another's transaction took its own for good", async () => {
    const process = await start();
    let lost = true;
    local.state.intercept = async ({ method }, forward) => {
      if (method !== "eth_sendRawTransaction" || !lost) return forward();
      lost = false;
      throw new Error("fetch failed");
    };
    await process.enqueue(7n);
    await process.advance();
    const stolen = await account.signTransaction({
      chainId: chain.id,
      type: "eip1559",
      nonce: 0,
      to: account.address,
      gas: 21_000n,
      maxFeePerGas: 10n ** 10n,
    });
    await local.client.sendRawTransaction({ serializedTransaction: stolen });
    await settle(process, 6);
    expect((await process.intents())[0]?.state).to.equal("done");
    expect(await countOf(local, counter)).to.equal(1n);
    expect((await process.transactions()).map(({ nonce, live }) => [nonce, live])).to.deep.equal([
      [0, 0],
      [1, 0],
    ]);
    await process.end();
  });
});
