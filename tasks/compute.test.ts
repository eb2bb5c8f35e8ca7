import { expect } from "chai";
import { openTaskStage, type TaskStage, TOKEN } from "../test/support/task-stage.ts";
import { computeJobsSuite } from "../test/support/tasks/compute-jobs-suite.ts";
import { computeSetting } from "../test/support/tasks/compute-setting.ts";
import { computeSuite } from "../test/support/tasks/compute-suite.ts";

describe("the tasks of compute over data, in processes of their own on a devnet", function () {
  this.timeout(600_000);
  const stage = {} as TaskStage;
  const setting = computeSetting(stage);

  before(async () => {
    Object.assign(stage, await openTaskStage());
    await setting.open();
  });
  after(async () => {
    setting.close();
    await stage[Symbol.asyncDispose]?.();
  });

  // In this order: the second goes on from what the first left on the chain.
  computeSuite(setting);
  computeJobsSuite(setting);

  describe("in the end", () => {
    it("no output of the whole run holds a key or an endpoint's token", () => {
      const { chain, tasks } = stage;
      const secrets = [TOKEN, ...chain.testAccounts.map(({ privateKey }) => privateKey.slice(2))];
      expect(tasks.runs.length).to.be.greaterThan(60);
      for (const { command, stdout, stderr } of tasks.runs) {
        for (const secret of secrets) {
          expect(`${stdout}${stderr}`.toLowerCase().includes(secret.toLowerCase()), command).to.equal(false);
        }
      }
    });
  });
});
