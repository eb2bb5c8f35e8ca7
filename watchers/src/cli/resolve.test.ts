import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { manualClock } from "../../test/manual-clock.ts";
import { MemoryNode } from "../../test/memory-node.ts";
import { quiet } from "../../test/quiet.ts";
import { count, startSender } from "../../test/sender-process.ts";
import { serveNode } from "../../test/serve-node.ts";
import { account, chain } from "../../test/test-chain.ts";
import type { Context } from "./context.ts";
import { skip } from "./resolve.ts";

describe("skip of an intent whose receipt no node has any more", () => {
  let folder: string;
  let node: MemoryNode;
  let server: Awaited<ReturnType<typeof serveNode>>;
  let context: Context;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-skip-"));
    node = new MemoryNode(account.address);
    server = await serveNode(node);
    const config = {
      ...{ database: join(folder, "watch.db"), endpoints: [server.url], finality: { depth: 30n } },
      chain: { id: chain.id, contracts: {} },
    };
    context = { config, clock: manualClock(), logger: quiet, answer: () => undefined } as unknown as Context;
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** One transaction, which the node takes into the chain after so many epochs; its receipts are gone. */
  async function stuck(minedAfter: number, epochs: number) {
    const sender = await startSender({ client: node.client, path: context.config.database });
    node.intercept = ({ method }, forward) => (method === "eth_getTransactionReceipt" ? null : forward());
    await sender.enqueue(count(1n));
    await sender.step();
    node.mine(minedAfter, 0);
    node.mine(epochs);
    await sender.step();
    return sender;
  }

  it("settles it: the node's count says that its nonce is used for good", async () => {
    const sender = await stuck(0, 2900);
    expect(await sender.states()).to.deep.equal(["stuck"]);
    expect(await skip(context, 1, "copy 7 is there")).to.equal(0);
    expect((await sender.intents())[0]).to.include({ state: "skipped", error: "copy 7 is there" });
    expect((await sender.transactions()).map(({ live }) => live)).to.deep.equal([0]);
    await sender.end();
  });

  it("is refused while a reorganisation could still free the nonce", async () => {
    const sender = await stuck(2890, 20);
    expect(await sender.states()).to.deep.equal(["stuck"]);
    const error = await skip(context, 1, "copy 7 is there").catch((thrown: Error) => thrown);
    expect(String(error)).to.match(/nonce 0\) that may still be mined/);
    node.mine(20);
    expect(await skip(context, 1, "copy 7 is there")).to.equal(0);
    await sender.end();
  });

  it("is refused until it is as deep as was required when it was signed, and dated by the chain", async () => {
    const sender = await stuck(2890, 40);
    await sender.db.updateTable("intents").set({ requiredDepth: 60 }).where("id", "=", 1).execute();
    const error = await skip(context, 1, "copy 7 is there").catch((thrown: Error) => thrown);
    expect(String(error)).to.match(/nonce 0\) that may still be mined/);
    node.mine(30);
    expect(await skip(context, 1, "copy 7 is there")).to.equal(0);
    const [intent] = await sender.intents();
    expect(intent?.finishedEpoch).to.be.greaterThan(2890);
    await sender.end();
  });
});
