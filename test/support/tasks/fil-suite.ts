import { expect } from "chai";
import type { TaskStage } from "../task-stage.ts";

/** Told of in tasks/tasks.test.ts. */
export function filSuite(stage: TaskStage): void {
  describe("fil", () => {
    it("tells an address in every form, and its actor's id", async () => {
      const { address } = stage.account("client");
      const told = await stage.tasks.json<Record<string, string>>(["fil", "address", address, "--resolve"]);
      expect(told).to.include({ evm: address });
      expect(told.testnet).to.match(/^t410f/);
      expect(Number(told.actorId)).to.be.greaterThan(1000);
      expect(await stage.tasks.json(["fil", "address", told.mainnet!])).to.include({ evm: address });
      const { evm } = await stage.tasks.json<{ evm: string }>(["fil", "address", stage.miner()]);
      expect(evm.toLowerCase()).to.match(/^0xff0{22}/);
    });

    it("tells epochs and fees", async () => {
      const { epoch, time } = await stage.tasks.json<{ epoch: string; time: string }>(["fil", "epoch"]);
      expect(Number(epoch)).to.be.greaterThan(100_000);
      expect((await stage.tasks.json<{ epoch: string }>(["fil", "epoch", time])).epoch).to.equal(epoch);
      const { stdout } = await stage.tasks.run(["fil", "epoch", "200000"]);
      expect(stdout).to.match(/^epoch 200,000 ~ \d{4}-\d\d-\d\d \d\d:\d\d, in \d+/);
      const fees = await stage.tasks.json<{ examples: unknown[] }>(["fil", "fees"]);
      expect(fees.examples).to.have.length(4);
    });

    it("looks at everything, and finds what is missing: money on Filecoin Pay", async () => {
      const { checks } = await stage.tasks.json<{ checks: { name: string; ok: boolean; fix?: string }[] }>(
        ["fil", "doctor"],
        { code: 1 },
      );
      const wrong = checks.filter(({ ok }) => !ok).map(({ name }) => name);
      expect(wrong).to.deep.equal(["operator approval", "deposit"]);
      for (const { ok, fix } of checks) expect(ok || (fix !== undefined && fix !== "")).to.equal(true);
    });
  });
}
