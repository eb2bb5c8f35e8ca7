import { setTimeout as sleep } from "node:timers/promises";
import { copyIdOf, getCopyState, getDeal } from "@holdfast/sdk";
import { expect } from "chai";
import type { TaskStage } from "../task-stage.ts";

/** Told of in tasks/tasks.test.ts. */
export function dealSuite(stage: TaskStage): void {
  describe("deal", () => {
    it("says before anything is signed that the wallet holds too little", async () => {
      const { error } = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "propose", stage.cars, "--copies", "1", "--key", `${stage.account("keeper").key}`],
        { code: 3 },
      );
      expect(error.message).to.match(/^You need [\d.]+ USDFC to deposit, and have 0 USDFC\.$/);
      expect(error.next).to.match(/^npx hardhat deal propose /);
    });

    it("reckons with the proposals that cannot be tried before the deposit", async () => {
      const { calls, costs } = await stage.tasks.json<{
        calls: { function: string; gas: string; maxFeePerGas: string }[];
        costs: { fil: { gasAtMost: string } };
      }>(["deal", "propose", stage.cars, "--copies", "2", "--dry-run"]);
      expect(calls.map(({ function: name }) => name).slice(1)).to.deep.equal(["propose", "propose"]);
      for (const { gas } of calls) expect(Number(gas)).to.be.greaterThan(30_000_000);
      const fees = calls.map(({ gas, maxFeePerGas }) => BigInt(gas) * BigInt(maxFeePerGas));
      expect(costs.fil.gasAtMost).to.equal(`${fees.reduce((total, fee) => total + fee)}`);
    });

    it("shows before it is signed what it costs in FIL and in token, until when, by epoch and by local time", async () => {
      const { code, stdout } = await stage.tasks.run(
        ["deal", "propose", stage.cars, "--copies", "1", "--dry-run"],
        { env: { TZ: "Pacific/Auckland" } },
      );
      expect(code).to.equal(0);
      const { costs } = await stage.tasks.json<{ costs: { endEpoch: string } }>([
        "deal",
        "propose",
        stage.cars,
        "--copies",
        "1",
        "--dry-run",
      ]);
      expect(stdout).to.match(/^deposit into Filecoin Pay +[\d.]+ USDFC$/m);
      expect(stdout).to.match(/^costs at most +[\d.]+ USDFC until it ends by itself$/m);
      expect(stdout).to.match(/^gas at most +[\d.]+ FIL/m);
      const until = /^kept until +epoch ([\d,]+) ~ (\d{4}-\d\d-\d\d \d\d:\d\d), in /m.exec(stdout);
      const epoch = BigInt(until![1]!.replaceAll(",", ""));
      // The devnet goes on between the two.
      expect(Number(BigInt(costs.endEpoch) - epoch)).to.be.within(0, 60);
      const { timestamp, number } = await stage.client.getBlock();
      const end = new Date(Number(timestamp + (epoch - number) * 30n) * 1_000);
      const there = new Intl.DateTimeFormat("sv-SE", {
        ...{ dateStyle: "short", timeStyle: "short", timeZone: "Pacific/Auckland" },
      } as Intl.DateTimeFormatOptions);
      expect(until![2]).to.equal(there.format(end));
    });

    it("proposes to the cheapest offers, deposits by permit, and has the pieces fetched", async () => {
      const told = await stage.dryThenWet<{
        deals: { dealId: string; provider: string }[];
        submissions: object[];
      }>([...["deal", "propose", stage.cars, "--copies", "2", "--submit", stage.carsUrl]]);
      expect(told.deals.map(({ provider }) => provider)).to.have.members(
        stage.chain.providers.map(({ miner }) => miner),
      );
      expect(told.submissions).to.have.length(2);
      for (const submission of told.submissions) expect(submission).to.not.have.property("error");
      const again = await stage.tasks.json<{ costs: { token: { deposit: string } } }>([
        ...["deal", "propose", stage.cars, "--copies", "1", "--runway", "0d", "--dry-run"],
      ]);
      // What the first deposit left free is enough: nothing more is asked for.
      expect(again.costs.token.deposit).to.equal("0");
    });

    it("is sealed, listed and told", async () => {
      const address = stage.chain.contracts.deals;
      for (let round = 0; round < 120; round++) {
        if ((await getCopyState(stage.client, { address, copyId: copyIdOf(1n, 0) })) === "Active") break;
        await sleep(500);
      }
      const { copies } = await stage.tasks.json<{ copies: { state: string }[] }>(["deal", "status", "1"]);
      expect(copies.map(({ state }) => state)).to.deep.equal(["Active"]);
      const { deals } = await stage.tasks.json<{ deals: { dealId: string; copies: string[] }[] }>([
        "deal",
        "list",
      ]);
      expect(deals.map(({ dealId }) => dealId)).to.deep.equal(["1", "2"]);
      const ofKeeper = await stage.tasks.json<{ deals: object[] }>([
        "deal",
        "list",
        "--client",
        stage.account("keeper").address,
      ]);
      expect(ofKeeper.deals).to.be.empty;
      const nothing = await stage.tasks.json<{ copies: object[] }>(["deal", "submit", "1", stage.carsUrl]);
      expect(nothing.copies).to.be.empty;
    });

    it("refreshes an active sector, settles, and waits until that is final", async () => {
      const told = await stage.dryThenWet(["deal", "report", "1"], stage.account("keeper"));
      expect(told).to.deep.include({ status: "Active", action: "refreshed" });
      expect(await stage.dryThenWet(["deal", "settle", "1", "--wait", "finalized"])).to.deep.include({
        settled: true,
      });
    });

    it("extends as far as the sector is committed, or lets the provider do it", async () => {
      const { error } = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "extend", "1", "--until", "30d"],
        { code: 1 },
      );
      expect(error.message).to.contain("DealSectorNotExtended");
      expect(error.next).to.match(/^npx hardhat deal status 1/);
      const before = await getDeal(stage.client, { address: stage.chain.contracts.deals, dealId: 1n });
      const extended = await stage.dryThenWet<{ endEpoch: string }>(["deal", "extend", "1", "--until", "1d"]);
      const { endEpoch } = await getDeal(stage.client, { address: stage.chain.contracts.deals, dealId: 1n });
      expect([extended.endEpoch, endEpoch]).to.deep.equal([`${endEpoch}`, before.endEpoch + 60n]);
      expect(await stage.dryThenWet(["deal", "extend", "1", "--auto-until", "1000000"])).to.include({
        until: "1000000",
      });
    });

    it("shows the account, deposits and withdraws", async () => {
      const before = await stage.tasks.json<{ account: { currentFunds: string } }>(["deal", "fund"]);
      expect(await stage.dryThenWet(["deal", "fund", "--amount", "3"])).to.deep.include({
        deposited: `${3n * 10n ** 18n}`,
      });
      await stage.dryThenWet(["deal", "fund", "--withdraw", "1"]);
      const after = await stage.tasks.json<{ account: { currentFunds: string } }>(["deal", "fund"]);
      expect(BigInt(after.account.currentFunds) - BigInt(before.account.currentFunds)).to.equal(
        2n * 10n ** 18n,
      );
    });

    it("ends, as whoever sends", async () => {
      expect(await stage.dryThenWet(["deal", "end", "1"])).to.include({ role: "client" });
      const twice = await stage.tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "end", "1"],
        {
          code: 1,
        },
      );
      expect(twice.error.message).to.contain("DealAlreadyLeft");
      expect(twice.error.next).to.equal("npx hardhat deal status 1");
      const stranger = await stage.tasks.json<{ error: { message: string } }>(
        ["deal", "end", "2", "--key", `${stage.account("keeper").key}`],
        { code: 3 },
      );
      expect(stranger.error.message).to.contain("neither the client");
      expect(await stage.dryThenWet(["deal", "end", "2"], stage.account("provider 2 owner"))).to.include({
        role: "provider",
      });
    });

    it("keeps what is done when a provider refuses, and says so by exit code 2", async () => {
      const told = await stage.tasks.json<{
        deals: { dealId: string; provider: string }[];
        missingCopies: number;
      }>(["deal", "propose", stage.cars, "--copies", "3"], { code: 2 });
      expect(told.missingCopies).to.equal(1);
      const { dealId, provider } = told.deals[0]!;
      const refused = await stage.tasks.json<{ error: string }>(
        ["deal", "submit", dealId, stage.carsUrl, "--key", `${stage.account("keeper").key}`],
        { code: 2 },
      );
      expect(refused.error).to.be.a("string");
      const worker = stage.account(`provider ${provider === stage.miner() ? 1 : 2} worker`);
      expect(await stage.dryThenWet(["deal", "end", dealId, "--decline"], worker)).to.include({
        role: "decliner",
      });
    });
  });
}
