import { expect } from "chai";
import { formatEther } from "viem";
import type { TaskStage } from "../task-stage.ts";

/** Told of in tasks/tasks.test.ts. */
export function providerSuite(stage: TaskStage): void {
  describe("provider", () => {
    it("lists offers and tells a provider's state", async () => {
      const { offers } = await stage.tasks.json<{ offers: { provider: string }[] }>(["provider", "list"]);
      expect(offers.map(({ provider }) => provider)).to.have.members(
        stage.chain.providers.map(({ miner }) => miner),
      );
      const status = await stage.tasks.json<{ bond: { posted: string }; offers: unknown[] }>([
        ...["provider", "status", stage.miner()],
      ]);
      expect(formatEther(BigInt(status.bond.posted))).to.equal("1000");
      expect(status.offers).to.have.length(1);
    });

    it("adds bond, as the miner's owner", async () => {
      const told = await stage.dryThenWet(
        ["provider", "register", stage.miner(), "--bond", "2.5"],
        stage.account("provider 1 owner"),
      );
      expect(told).to.deep.include({ registered: false, bond: `${25n * 10n ** 17n}` });
      expect(formatEther((await stage.stateOf(stage.account("client").address)).posted)).to.equal("1002.5");
    });

    it("publishes an offer, revises, pauses and resumes it, by the worker", async () => {
      const worker = stage.account("provider 1 worker");
      const published = await stage.dryThenWet<{ offerId: string; version: number }>(
        [
          ...["provider", "offer", "--provider", stage.miner(), "--rate", "9", "--bond", "50"],
          ...["--endpoint", "http://127.0.0.1:9", "--region", "CH", "--capacity", "1TiB"],
        ],
        worker,
      );
      expect(published).to.deep.include({ offerId: "3", version: 1 });
      const revised = await stage.dryThenWet(["provider", "offer", "--offer", "3", "--rate", "8"], worker);
      expect(revised).to.deep.include({ offerId: "3", version: 2 });
      await stage.dryThenWet(["provider", "offer", "--offer", "3", "--pause"], worker);
      const listed = await stage.tasks.json<{ offers: { offerId: string; state: string }[] }>([
        ...["provider", "list", "--all"],
      ]);
      expect(listed.offers.find(({ offerId }) => offerId === "3")).to.include({ state: "paused" });
      const resumed = await stage.tasks.json([
        ...["provider", "offer", "--offer", "3", "--resume", "--key", `${worker.key}`],
      ]);
      expect(resumed).to.deep.include({ offerId: "3", paused: false });
    });

    it("announces bond for withdrawal, and says from when", async () => {
      const owner = stage.account("provider 1 owner");
      const told = await stage.dryThenWet<{ until: string }>(
        ["provider", "withdraw", stage.miner(), "--unbond", "1"],
        owner,
      );
      expect(Number(told.until)).to.be.greaterThan(100_000);
      const early = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["provider", "withdraw", stage.miner(), "--key", `${owner.key}`],
        { code: 1 },
      );
      expect(early.error.message).to.contain("ProviderStillUnbonding").and.contain(told.until);
      expect(early.error.next).to.equal(`npx hardhat fil epoch ${told.until}`);
      const none = await stage.tasks.json<{ error: { message: string } }>(
        ["provider", "withdraw", "--credit"],
        {
          code: 1,
        },
      );
      expect(none.error.message).to.contain("ProviderCreditZero");
    });
  });
}
