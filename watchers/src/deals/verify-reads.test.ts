import { expect } from "chai";
import type { Kysely } from "kysely";
import { encodeErrorResult, pad, parseAbi, toHex } from "viem";
import { MemoryNode, NodeError, type RpcRequest } from "../../test/memory-node.ts";
import { count, type SenderProcess, startSender } from "../../test/sender-process.ts";
import { account } from "../../test/test-chain.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createEventLog, type StoredEvent } from "../runtime/event-log.ts";
import { verifyDeals } from "./verify.ts";

const PAY = "0x00000000000000000000000000000000000000ba";

describe("what verification asks of a node", () => {
  let node: MemoryNode;
  let sender: SenderProcess;
  let fresh: Kysely<RuntimeTables>;

  beforeEach(async () => {
    node = new MemoryNode(account.address);
    sender = await startSender({ client: node.client, path: ":memory:", limits: { maxInFlight: 200 } });
    fresh = (await openWatcherDatabase(":memory:")) as unknown as Kysely<RuntimeTables>;
    node.maxPending = 200;
  });
  afterEach(async () => {
    await Promise.all([sender.end(), fresh.destroy()]);
  });

  async function finish(intents: number): Promise<void> {
    await sender.enqueue(...Array.from({ length: intents }, (_, index) => count(BigInt(index + 1))));
    await sender.step();
    node.mine();
    await sender.step();
    expect(new Set(await sender.states())).to.deep.equal(new Set(["done"]));
  }

  async function verify(events: StoredEvent[] = []) {
    const checkpoint = { epoch: node.head, hash: pad("0x1"), finalized: node.head };
    for (const db of [sender.db, fresh]) await createEventLog(db).append(events, [], checkpoint, []);
    const contracts = { pay: PAY } as unknown as Parameters<typeof verifyDeals>[0]["contracts"];
    return verifyDeals({ db: sender.db, fresh: createEventLog(fresh), client: node.client, contracts });
  }

  /** Has requests of a method wait for each other; tells how many were under way at once. */
  function measure(method: string) {
    const seen = { now: 0, most: 0, asked: 0 };
    const { intercept } = node;
    node.intercept = async (request, forward) => {
      if (request.method !== method) return intercept(request, forward);
      seen.asked++;
      seen.most = Math.max(seen.most, ++seen.now);
      await new Promise((resolve) => setImmediate(resolve));
      seen.now--;
      return intercept(request, forward);
    };
    return seen;
  }

  it("is many receipts at once, but not all of them", async () => {
    await finish(150);
    const seen = measure("eth_getTransactionReceipt");
    expect(await verify()).to.deep.include({ intents: 150, uncheckedIntents: [], differences: [] });
    expect([seen.asked, seen.most]).to.deep.equal([150, 64]);
  });

  it("is many rails at once, but not all of them", async () => {
    const final = Array.from({ length: 150 }, (_, index) => ({
      ...{ epoch: 0, logIndex: index, blockHash: pad("0x1"), transactionHash: pad("0x2") },
      ...{ address: PAY, contract: "pay", event: "RailFinalized", subject: pad(toHex(index + 1)) },
      ...{ args: "{}", topics: "[]", data: "0x" },
    })) as unknown as StoredEvent[];
    const abi = parseAbi(["error RailInactiveOrSettled(uint256 railId)"]);
    node.intercept = ({ method }, forward) => {
      if (method !== "eth_call") return forward();
      throw new NodeError(
        "execution reverted",
        3,
        encodeErrorResult({ abi, errorName: "RailInactiveOrSettled", args: [1n] }),
      );
    };
    const seen = measure("eth_call");
    expect(await verify(final)).to.deep.include({ rails: 150, differences: [] });
    expect([seen.asked, seen.most]).to.deep.equal([150, 64]);
  });

  describe("given a node without the receipts", () => {
    const lacking = (answer: (request: RpcRequest, forward: () => unknown) => unknown) => {
      node.intercept = (request, forward) =>
        request.method === "eth_getTransactionReceipt" ? null : answer(request, forward);
    };
    const keys = ["final:1:1", "final:2:1"];

    it("cannot check what the epoch still shows", async () => {
      await finish(2);
      lacking((_, forward) => forward());
      expect(await verify()).to.deep.include({ intents: 0, uncheckedIntents: keys, differences: [] });
    });

    it("cannot check an epoch that it has pruned, however it says so", async () => {
      await finish(2);
      for (const answer of [null, "error"]) {
        lacking(({ method }, forward) => {
          if (method !== "eth_getBlockByNumber") return forward();
          if (answer === null) return null;
          throw new NodeError("requested epoch was pruned");
        });
        expect(await verify()).to.deep.include({ uncheckedIntents: keys, differences: [] });
      }
      node.intercept = ({ method }, forward) => {
        if (method === "eth_getTransactionReceipt") throw new NodeError("receipt was pruned");
        return forward();
      };
      expect(await verify()).to.deep.include({ uncheckedIntents: keys, differences: [] });
    });

    it("finds what its epoch shows not to be there", async () => {
      await finish(2);
      node.blocks = node.blocks.map((block) => ({ ...block, entries: block.entries.slice(0, 1) }));
      lacking((_, forward) => forward());
      const { differences, uncheckedIntents } = await verify();
      expect(uncheckedIntents).to.deep.equal(["final:1:1"]);
      expect(differences).to.deep.equal([
        { about: "intent", what: "final:2:1", database: "success at 1", chain: "no receipt" },
      ]);
      // A null round has no transactions at all.
      lacking(({ method }, forward) => {
        if (method === "eth_getBlockByNumber") throw new NodeError("requested epoch was a null round", 12);
        return forward();
      });
      expect((await verify()).differences).to.have.length(2);
    });

    it("says so if it does not answer", async () => {
      await finish(2);
      node.intercept = ({ method }, forward) => {
        if (method === "eth_getTransactionReceipt") throw new Error("fetch failed");
        return forward();
      };
      const error = await verify().catch((thrown: Error) => thrown);
      expect(String(error)).to.match(/fetch failed/);
    });
  });
});
