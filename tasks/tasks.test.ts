import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { expect } from "chai";
import { openTaskStage, type TaskStage, TOKEN } from "../test/support/task-stage.ts";
import { datasetSuite } from "../test/support/tasks/dataset-suite.ts";
import { dealSuite } from "../test/support/tasks/deal-suite.ts";
import { faultsSuite } from "../test/support/tasks/faults-suite.ts";
import { filSuite } from "../test/support/tasks/fil-suite.ts";
import { IMPORTED, keysSuite, PASSWORD } from "../test/support/tasks/keys-suite.ts";
import { providerSuite } from "../test/support/tasks/provider-suite.ts";

describe("the tasks, in processes of their own on a devnet", function () {
  this.timeout(600_000);
  const stage = {} as TaskStage;

  before(async () => {
    Object.assign(stage, await openTaskStage());
  });
  after(() => stage[Symbol.asyncDispose]?.());

  // In this order: each goes on from what the one before left on the chain.
  datasetSuite(stage);
  filSuite(stage);
  providerSuite(stage);
  dealSuite(stage);
  keysSuite(stage);
  faultsSuite(stage);

  describe("in the end", () => {
    it("Ctrl-C ends the devnet, leaves nothing behind, and is exit code 130", async () => {
      const { devnet, chain, tasks } = stage;
      devnet.kill("SIGINT");
      const [code] = await once(devnet, "exit");
      expect(code).to.equal(130);
      const port = new URL(chain.rpcUrl).port;
      const left = await readdir("deploy/deployments/devnet").catch(() => []);
      expect(left.filter((name) => name.startsWith(`${port}.`))).to.be.empty;
      const { code: after, stderr } = await tasks.run(["deal", "list"]);
      expect(after).to.equal(3);
      expect(stderr).to.match(/Next: npx hardhat devnet\n$/);
    });

    it("no output of the whole run holds a key, a password or an endpoint's token", () => {
      const { chain, secrets, tasks } = stage;
      for (const { privateKey } of chain.testAccounts) secrets.add(privateKey.slice(2));
      for (const secret of [IMPORTED.slice(2), PASSWORD, TOKEN]) secrets.add(secret);
      expect(tasks.runs.length).to.be.greaterThan(60);
      for (const { command, stdout, stderr } of tasks.runs) {
        for (const secret of secrets) {
          expect(`${stdout}${stderr}`.toLowerCase().includes(secret.toLowerCase()), command).to.equal(false);
        }
      }
    });
  });
});
