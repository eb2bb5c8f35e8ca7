import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type TaskStage, TOKEN } from "../task-stage.ts";

/** Told of in tasks/tasks.test.ts. */
export function faultsSuite(stage: TaskStage): void {
  describe("what is wrong with a command", () => {
    it("is told with the next command last, without a stack trace, by exit code 3 for a setting", async () => {
      for (const [args, env] of [
        [["deal", "status", "abc"], {}],
        [["deal", "propose", stage.cars, "--wait", "someday"], {}],
        [["deal", "status", "1", "--network", "calibration"], {}],
        [["deal", "fund"], { HOLDFAST_DEALS_ADDRESS: "0x12" }],
        [["provider", "status", "f0999999"], {}],
        [["deal", "propose", stage.cars, "--from", stage.account("client").address], {}],
        [["deal", "list", "--key", "HOLDFAST_NOBODY"], {}],
        [["fil", "epoch", "9999999999999999"], {}],
        // Options that would be ignored.
        [["deal", "extend", "1", "--until", "1d", "--auto-until", "1000000"], {}],
        [["deal", "extend", "1", "--until", "1d", "--rate-cap", "5"], {}],
        [["deal", "fund", "--amount", "1", "--withdraw", "1"], {}],
        [["deal", "fund", "--standing"], {}],
        [["provider", "offer", "--offer", "3", "--pause", "--resume"], {}],
        [["provider", "offer", "--offer", "3", "--pause", "--min-piece", "1MiB"], {}],
      ] as const) {
        const { code, stdout, stderr } = await stage.tasks.run([...args], { env });
        expect(code, args.join(" ")).to.equal(3);
        expect(stdout).to.equal("");
        const lines = stderr.trimEnd().split("\n");
        expect(lines.at(-1), stderr).to.match(/^Next: \S/);
        expect(stderr).to.not.match(/^\s+at /m);
      }
    });

    it("is 1 for what the chain refuses, and for a chain that is not there", async () => {
      const unknown = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "status", "999"],
        { code: 1 },
      );
      expect(unknown.error.message).to.contain("there is no deal 999");
      expect(unknown.error.next).to.equal("npx hardhat deal list");
      const { code, stderr } = await stage.tasks.run(["fil", "epoch"], {
        env: { HOLDFAST_DEVNET_RPC_URL: `http://127.0.0.1:9/?key=${TOKEN}` },
      });
      expect(code).to.equal(1);
      expect(stderr)
        .to.contain("does not answer")
        .and.match(/Next: npx hardhat fil doctor\n$/);
    });

    it("shows where it was thrown if asked to, without the endpoint's URL", async () => {
      const { code, stderr } = await stage.tasks.run(["fil", "epoch", "--show-stack-traces"], {
        env: { HOLDFAST_DEVNET_RPC_URL: `http://127.0.0.1:9/?key=${TOKEN}` },
      });
      expect(code).to.equal(1);
      expect(stderr)
        .to.match(/^\s+at /m)
        .and.not.contain(TOKEN);
    });

    it("on mainnet is that nobody confirmed, before a key is used for anything", async () => {
      // A stage.chain that says it is mainnet, and is this stage.devnet otherwise.
      const mainnet = await proxy(stage.chain.rpcUrl, { eth_chainId: "0x13a", net_version: "314" });
      const env = {
        HOLDFAST_FILECOIN_RPC_URL: `http://127.0.0.1:${(mainnet.address() as AddressInfo).port}/?key=${TOKEN}`,
        HOLDFAST_FILECOIN_KEY: stage.account("client").privateKey,
        HOLDFAST_DEALS_ADDRESS: stage.chain.contracts.deals,
      };
      const args = [
        "deal",
        "fund",
        "--withdraw",
        "0.5",
        "--network",
        "filecoin",
        "--token",
        stage.chain.contracts.usdfc,
      ];
      const before = await stage.stateOf(stage.account("client").address);
      const { error } = await stage.tasks.json<{ error: { message: string; next: string } }>(args, {
        env,
        code: 3,
      });
      expect(error.message).to.contain("mainnet");
      expect(error.next).to.contain("--yes");
      expect((await stage.stateOf(stage.account("client").address)).nonce).to.equal(before.nonce);
      mainnet.close();
    });
  });
}

/** Passes JSON-RPC on, but for some answers. */
async function proxy(target: string, answers: Record<string, unknown>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    const forward = () =>
      fetch(target, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    const answer =
      body.method in answers
        ? { jsonrpc: "2.0", id: body.id, result: answers[body.method] }
        : await (await forward()).json();
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
