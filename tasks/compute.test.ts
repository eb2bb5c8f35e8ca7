import { expect } from "chai";
import { openTaskStage, type TaskStage, TOKEN } from "../test/support/task-stage.ts";
import { computeSuite } from "../test/support/tasks/compute-suite.ts";

describe("the tasks of compute over data, in processes of their own on a devnet", function () {
  this.timeout(600_000);
  const stage = {} as TaskStage;

  before(async () => {
    Object.assign(stage, await openTaskStage());
  });
  after(() => stage[Symbol.asyncDispose]?.());

  computeSuite(stage);

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
