import {
  deposit as depositTo,
  extractPayEvents,
  extractProposeDealEvent,
  type FundingPlan,
  type GetFundingPlanParameters,
  getAccount,
  getAccountIfSettled,
  getDeal,
  getFundingPlan,
  getOffer,
  getOperatorApproval,
  getRail,
  hashPiece,
  OfferTokensDifferError,
  pokeDeal,
  proposeDealCall,
  runwayOf,
  setOperatorApproval,
  settleDeal,
  settleDealCall,
  terminateRailCall,
} from "@holdfast/sdk";
import { expect } from "chai";
import { type Hash, parseAbi, parseEther, type TransactionReceipt, zeroHash } from "viem";
import { type DealStage, openDealStage, type Party } from "../support/deal-stage.ts";

const PIECES = [300_000, 5_000].map((length, seed) =>
  hashPiece(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9) + seed) & 0xff)),
);
const WINDOW = 500n;
const tokenAbi = parseAbi([
  "function transfer(address to, uint256 amount) returns (bool)",
  "function approve(address spender, uint256 amount) returns (bool)",
]);

describe("the funding planner, against what the chain then does", function () {
  this.timeout(240_000);
  let stage: DealStage;
  let duration: bigint;
  let clientDeals: bigint[];

  before(async () => {
    stage = await openDealStage();
    duration = stage.chain.parameters.minDuration;
    const { client, keeper, deployer, token, on, land } = stage;
    for (const party of [client, keeper, deployer]) {
      const spend = { address: token, abi: tokenAbi, functionName: "approve" } as const;
      await land(await party.writeContract({ ...spend, args: [on.pay.address, parseEther("1000")], ...GAS }));
      if (party === client) continue;
      const give = { address: token, abi: tokenAbi, functionName: "transfer" } as const;
      await land(
        await client.writeContract({ ...give, args: [party.account.address, parseEther("1000")], ...GAS }),
      );
    }
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    expect(stage.failures).to.deep.equal([]);
  });

  /** A plan for a copy with each offer, to land in the second epoch from now. */
  function plan(party: Party, given: Partial<GetFundingPlanParameters> = {}) {
    const { on, providers } = stage;
    return getFundingPlan(party, {
      payer: party.account.address,
      ...{
        offerIds: providers.map(({ offerId }) => offerId),
        pieces: PIECES,
        sealingWindow: WINDOW,
        duration,
      },
      contracts: { deals: on.deals.address, registry: on.registry.address, pay: on.pay.address },
      ...{ lead: 2n, margin: 0n },
      ...given,
    });
  }

  async function deposit(party: Party, amount: bigint): Promise<void> {
    const { on, token, land } = stage;
    await land(depositTo(party, { ...on.pay, token, to: party.account.address, amount }));
  }

  async function approve(party: Party, allowances: FundingPlan["allowances"]): Promise<void> {
    const approval = { token: stage.token, operator: stage.on.deals.address, approved: true, ...allowances };
    await stage.land(setOperatorApproval(party, { ...stage.on.pay, ...approval }));
  }

  /** Proposes to each offer, all in one epoch, whatever becomes of it. */
  async function propose(party: Party, offerIds: bigint[]): Promise<TransactionReceipt[]> {
    const { on } = stage;
    const hashes: Hash[] = [];
    for (const offerId of offerIds) {
      const { version } = await getOffer(party, { ...on.registry, offerId });
      const proposal = {
        offerId,
        version,
        dataset: zeroHash,
        sealingWindow: WINDOW,
        duration,
        pieces: PIECES,
      };
      hashes.push(
        await party.writeContract({ ...proposeDealCall(party, { ...on.deals, ...proposal }), ...GAS }),
      );
    }
    return stage.land(...hashes);
  }

  const accountOf = (party: Party) =>
    getAccount(party, { ...stage.on.pay, token: stage.token, owner: party.account.address });
  const settledOf = (party: Party) =>
    getAccountIfSettled(party, { ...stage.on.pay, token: stage.token, owner: party.account.address });
  const dealsOf = (receipts: TransactionReceipt[]) =>
    receipts.map((receipt) => extractProposeDealEvent(receipt).args.dealId);
  const statuses = (receipts: TransactionReceipt[]) => receipts.map(({ status }) => status);

  it("has both proposals accepted with exactly what it says, and not with a unit less", async () => {
    const { client, keeper, providers, on, token } = stage;
    const offers = providers.map(({ offerId }) => offerId);
    const poor = await plan(keeper);
    await deposit(keeper, poor.deposit.toPropose - 1n);
    await approve(keeper, poor.allowances);
    expect(statuses(await propose(keeper, offers))).to.deep.equal(["success", "reverted"]);

    const first = await plan(client);
    expect(first).to.deep.include({ token, approvalSuffices: false });
    expect(first.offers.map(({ version, provider }) => [version, provider])).to.deep.equal(
      providers.map(({ minerId }) => [1, minerId]),
    );
    expect(first.runway.before).to.deep.equal({
      ...{ rate: 0n, free: 0n, fundedUntil: undefined, net: undefined, gross: undefined },
    });
    await approve(client, first.allowances);
    const exact = await plan(client, { deposit: first.deposit.toPropose });
    expect(exact.approvalSuffices).to.equal(true);
    await deposit(client, exact.deposit.toPropose);
    const receipts = await propose(client, offers);
    expect(statuses(receipts)).to.deep.equal(["success", "success"]);

    const epoch = receipts[0]!.blockNumber;
    const account = await settledOf(client);
    expect(account).to.deep.include({ availableFunds: 0n, currentLockupRate: exact.rate });
    expect(account.fundedUntilEpoch).to.equal(exact.runway.proposed.fundedUntil);
    expect(exact.runway.proposed).to.deep.equal(runwayOf(await accountOf(client), epoch));
    const approval = { ...on.pay, token, client: client.account.address, operator: on.deals.address };
    expect(await getOperatorApproval(client, approval)).to.deep.include({
      ...{ rateUsage: exact.rate, lockupUsage: exact.lockup, rateAllowance: exact.allowances.rateAllowance },
      lockupAllowance: exact.allowances.lockupAllowance - exact.reservationFees,
    });
    const paid = receipts.flatMap((receipt) => extractPayEvents(receipt, on.pay.address));
    const fees = paid.flatMap((event) =>
      event.eventName === "RailOneTimePaymentProcessed" ? [event.args] : [],
    );
    const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
    expect(sum(fees.map(({ netPayeeAmount, networkFee }) => netPayeeAmount + networkFee))).to.equal(
      exact.reservationFees,
    );
    clientDeals = dealsOf(receipts);
    for (const [index, dealId] of clientDeals.entries()) {
      const rail = await getRail(client, { ...on.pay, railId: dealId });
      const quote = exact.quotes[index]!;
      expect(rail).to.deep.include({ paymentRate: quote.rate, lockupPeriod: quote.lockupPeriod });
    }
  });

  it("says when an account runs dry: not one epoch earlier, and not one later", async () => {
    const { client, on } = stage;
    const { rate } = (await plan(client)).runway.before;
    await deposit(client, rate * 50n + rate - 1n);
    const account = await accountOf(client);
    const { fundedUntil, net, gross, free } = runwayOf(
      account,
      await client.getBlockNumber({ cacheTime: 0 }),
    );
    expect(fundedUntil).to.equal((await settledOf(client)).fundedUntilEpoch);
    expect(net!.days).to.equal(Number(net!.epochs) / 2_880);
    expect(free / rate).to.equal(net!.epochs);
    expect(gross!.epochs).to.equal(account.funds / rate);
    // Only a payer that is funded may terminate a rail.
    const call = {
      ...terminateRailCall(client, { ...on.pay, railId: clientDeals[0]! }),
      account: client.account,
    };
    await stage.advance(net!.epochs);
    expect(await client.getBlockNumber({ cacheTime: 0 })).to.equal(fundedUntil);
    await client.simulateContract({ ...call, blockNumber: fundedUntil! });
    expect((await settledOf(client)).availableFunds).to.equal(rate - 1n);
    await stage.advance(1n);
    const refused = await client
      .simulateContract({ ...call, blockNumber: fundedUntil! + 1n })
      .then(() => "funded", String);
    expect(refused).to.contain("NotAuthorizedToTerminateRail");
  });

  it("counts what an account owes and streams already: a dry one, another copy, to the unit", async () => {
    const { client, providers } = stage;
    const offers = [providers[0]!.offerId];
    await stage.advance(30n);
    const more = await plan(client, { offerIds: offers });
    expect(more.runway.before.net!.epochs < 0n).to.equal(true);
    expect(more.runway.before.free < 0n).to.equal(true);
    await approve(client, more.allowances);
    const snapshot = await client.request({ method: "evm_snapshot" as never, params: [] as never });
    const { deposit: needed } = await plan(client, { offerIds: offers });
    for (const [missing, status] of [
      [1n, "reverted"],
      [0n, "success"],
    ] as const) {
      await deposit(client, needed.toPropose - missing);
      expect(statuses(await propose(client, offers))).to.deep.equal([status]);
      if (missing > 0n) await client.request({ method: "evm_revert" as never, params: [snapshot] as never });
    }
    expect((await settledOf(client)).availableFunds).to.equal(0n);
  });

  it("keeps copies up to their term's last epoch, with a unit less to the one before", async () => {
    const { deployer, providers, land, on, seal } = stage;
    const whole = await plan(deployer);
    expect(whole.runway.sealed.fundedUntil).to.equal(whole.endEpoch);
    await approve(deployer, whole.allowances);
    const { deposit: needed, endEpoch } = await plan(deployer);
    await deposit(deployer, needed.toKeep - 1n);
    const dealIds = dealsOf(
      await propose(
        deployer,
        providers.map(({ offerId }) => offerId),
      ),
    );
    for (const dealId of dealIds) {
      await seal(dealId);
      await land(pokeDeal(deployer, { ...on.deals, dealId }));
      expect((await getDeal(deployer, { ...on.deals, dealId })).endEpoch).to.equal(endEpoch);
    }
    const fundedUntil = async () => (await settledOf(deployer)).fundedUntilEpoch;
    expect(await fundedUntil()).to.equal(endEpoch - 1n);
    await deposit(deployer, 1n);
    expect(await fundedUntil()).to.equal(endEpoch);

    // The term passes. Nobody proves, so nothing is earned: everything but the reservation fees comes back.
    await stage.advance(endEpoch - 1n - (await deployer.getBlockNumber({ cacheTime: 0 })));
    const closing: Hash[] = [];
    for (const dealId of dealIds) {
      const call = settleDealCall(deployer, { ...on.deals, dealId });
      closing.push(await deployer.writeContract({ ...call, ...GAS }));
    }
    const closed = await land(...closing);
    expect(closed.map(({ blockNumber }) => blockNumber)).to.deep.equal([endEpoch, endEpoch]);
    await stage.advance(stage.chain.parameters.freshness + 1n);
    for (const dealId of dealIds) await land(settleDeal(deployer, { ...on.deals, dealId }));
    const { funds, lockupCurrent, lockupRate } = await accountOf(deployer);
    expect({ funds, lockupCurrent, lockupRate }).to.deep.equal({
      ...{ funds: needed.toKeep - whole.reservationFees, lockupCurrent: 0n, lockupRate: 0n },
    });
  });

  it("refuses to mix tokens", async () => {
    const error = await plan(stage.client, { offerIds: [] }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OfferTokensDifferError);
  });
});

/** Enough for any call: a call whose refusal is what is looked for has no estimate. */
const GAS = { gas: 20_000_000n };
