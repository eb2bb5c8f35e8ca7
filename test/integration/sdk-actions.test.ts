import { type Devnet, type DevnetAccount, startDevnet } from "@holdfast/devnet";
import {
  AccountMissingError,
  ContractRevertedError,
  chains,
  copyIdOf,
  createHoldfastClient,
  declineDealCall,
  declineDealSync,
  decodeRevert,
  depositWithPermitAndApproveOperatorSync,
  errorsAbi,
  extractDealsEvents,
  getAccountIfSettled,
  getBond,
  getCopies,
  getCopyState,
  getDeal,
  getDealsParameters,
  getDealViewState,
  getDealViewVersion,
  getEnvelope,
  getEvidenceParameters,
  getEvidenceRecord,
  getFreeBond,
  getOffer,
  getOfferCount,
  getOfferRate,
  getOfferTerms,
  getOpenProposals,
  getOperatorApproval,
  getProvenEpochsOfMany,
  getProviderOwner,
  getRail,
  getRailsOfPayer,
  getRegistryParameters,
  getReplication,
  getSectorTrace,
  hashPiece,
  isCopyLive,
  isProviderController,
  isProviderOwner,
  leaveDealAsClientSync,
  pauseOfferSync,
  pokeDealSync,
  postBondSync,
  proposeDeal,
  proposeDealSync,
  quoteDeal,
  setAutoExtendSync,
  setOperatorApprovalSync,
  settleDealSync,
  subjectOf,
  verifyDeal,
  withdrawSync,
} from "@holdfast/sdk";
import { expect } from "chai";
import { type Address, http, maxUint256, parseEther, zeroHash } from "viem";
import { simulateContract } from "viem/actions";

const PIECES = [300_000, 5_000].map((length, seed) =>
  hashPiece(Uint8Array.from({ length }, (_, index) => (index * 13 + (index >> 10) + seed) & 0xff)),
);
const WINDOW = 120n;
const AMOUNT = parseEther("1000");

describe("the SDK's actions, on a devnet", function () {
  this.timeout(300_000);
  let devnet: Devnet;
  const failures: unknown[] = [];

  const clientOf = ({ account }: DevnetAccount) =>
    createHoldfastClient({ chain: chains.devnet, transport: http(devnet.rpcUrl), account });
  let payer: ReturnType<typeof clientOf>;
  let worker: typeof payer;
  let owner: typeof payer;
  let me: Address;
  let provider: bigint;
  let offerId: bigint;
  let on: Record<"deals" | "registry" | "evidence" | "pay", { address: Address }>;
  let token: Address;

  before(async () => {
    devnet = await startDevnet({
      ...{ providers: 1, lotus: { seed: "sdk-actions", nullRounds: 0.1 } },
      onError: (error) => failures.push(error),
    });
    const { contracts, accounts } = devnet;
    const at = (address: Address) => ({ address });
    on = {
      ...{ deals: at(contracts.deals), registry: at(contracts.registry) },
      ...{ evidence: at(contracts.evidence), pay: at(contracts.pay) },
    };
    token = contracts.usdfc;
    payer = clientOf(accounts.client);
    me = accounts.client.account.address;
    worker = clientOf(accounts.providers[0]!.worker);
    owner = clientOf(accounts.providers[0]!.owner);
    provider = devnet.providers[0]!.minerId;
    offerId = devnet.providers[0]!.offerId!;
  });

  after(async () => {
    await devnet.stop();
    expect(failures).to.deep.equal([]);
  });

  const available = async (blockNumber?: bigint) => {
    const at = blockNumber === undefined ? {} : { blockNumber };
    return (await getAccountIfSettled(payer, { ...on.pay, token, owner: me, ...at })).availableFunds;
  };

  async function quote() {
    const { terms, version } = await getOffer(payer, { ...on.registry, offerId });
    const duration = devnet.parameters.minDuration;
    const proposal = { offerId, version, dataset: zeroHash, sealingWindow: WINDOW, duration, pieces: PIECES };
    return { terms, proposal, ...quoteDeal({ terms, pieces: PIECES, sealingWindow: WINDOW, duration }) };
  }

  async function propose(): Promise<bigint> {
    const { proposal } = await quote();
    const { event } = await devnet.hurry(proposeDealSync(payer, { ...on.deals, ...proposal }));
    return event.args.dealId;
  }

  /** What an action rejects with. */
  async function refusal(action: Promise<unknown>): Promise<ContractRevertedError<typeof errorsAbi>> {
    const error = await action.then(
      () => expect.fail("nothing was refused"),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ContractRevertedError);
    return error as ContractRevertedError<typeof errorsAbi>;
  }

  it("deposit by a permit, and approve the operator in the same transaction", async () => {
    const operator = on.deals.address;
    const allowances = { rateAllowance: 1n, lockupAllowance: 1n, maxLockupPeriod: 1n };
    const { event, events } = await devnet.hurry(
      depositWithPermitAndApproveOperatorSync(payer, {
        ...{ ...on.pay, token, amount: AMOUNT, operator, ...allowances },
      }),
    );
    expect(event.args).to.deep.include({ to: me, amount: AMOUNT });
    expect(events.map(({ eventName }) => eventName)).to.include("OperatorApprovalUpdated");
    expect(await available()).to.equal(AMOUNT);
    const approval = await getOperatorApproval(payer, { ...on.pay, token, client: me, operator });
    expect(approval).to.deep.include({ isApproved: true, ...allowances });
  });

  it("propose within exactly the allowances that were quoted, and not within less", async () => {
    const { proposal, allowances, rate, lockup, lockupPeriod } = await quote();
    const approve = (change: Partial<typeof allowances>) =>
      devnet.hurry(
        setOperatorApprovalSync(payer, {
          ...{ ...on.pay, token, operator: on.deals.address, approved: true, ...allowances, ...change },
        }),
      );
    for (const [error, tooLittle] of [
      ["OperatorRateAllowanceExceeded", { rateAllowance: rate - 1n }],
      ["OperatorLockupAllowanceExceeded", { lockupAllowance: lockup - 1n }],
      ["LockupPeriodExceedsOperatorMaximum", { maxLockupPeriod: lockupPeriod - 1n }],
    ] as const) {
      await approve(tooLittle);
      const { revert, next } = await refusal(proposeDeal(payer, { ...on.deals, ...proposal }));
      expect(revert.errorName).to.equal(error);
      expect(next).to.contain("quoteDeal");
    }
    const { event } = await approve({});
    expect(event.args.lockupAllowance).to.equal(allowances.lockupAllowance);
  });

  it("propose a deal that costs and locks what was quoted", async () => {
    const { proposal, terms, ...quoted } = await quote();
    const before = { bond: await getBond(payer, { ...on.registry, provider }), funds: await available() };
    const { event, receipt } = await devnet.hurry(proposeDealSync(payer, { ...on.deals, ...proposal }));
    const { dealId, rate, bond, sealBy, endEpoch } = event.args;
    expect({ rate, bond }).to.deep.equal({ rate: quoted.rate, bond: quoted.bond });
    expect([sealBy, endEpoch]).to.deep.equal([
      receipt.blockNumber + WINDOW,
      receipt.blockNumber + WINDOW + proposal.duration,
    ]);

    const rail = await getRail(payer, { ...on.pay, railId: dealId });
    expect(rail).to.deep.include({
      paymentRate: quoted.rate,
      lockupPeriod: quoted.lockupPeriod,
      lockupFixed: quoted.exitFeeCap,
    });
    expect(before.funds - (await available(receipt.blockNumber))).to.equal(quoted.funds);
    const { locked } = await getBond(payer, { ...on.registry, provider });
    expect(locked - before.bond.locked).to.equal(quoted.bond);

    const deal = await getDeal(payer, { ...on.deals, dealId });
    expect(deal).to.deep.include({
      ...{ client: me, provider, rate: quoted.rate, exitFee: quoted.exitFeeCap, departure: "None" },
      ...{ sealBy, endEpoch, proposed: PIECES.length, token, notice: terms.notice },
    });
    const copies = await getCopies(payer, { ...on.deals, dealId });
    expect(copies.map(({ commitment, state, rate }) => ({ commitment, state, rate }))).to.deep.equal(
      PIECES.map(({ commitment }, index) => ({ commitment, state: "Proposed", rate: quoted.rates[index] })),
    );
    const asked = { copyId: copyIdOf(dealId, 1), provider, client: me, sealBy, duration: proposal.duration };
    const view = { ...on.deals, ...asked, pieceCid: PIECES[1]!.cid };
    expect(await verifyDeal(payer, view)).to.equal(true);
    expect(await verifyDeal(payer, { ...view, sealBy: sealBy + 1n })).to.equal(false);

    const withdrawn = await refusal(withdrawSync(payer, { ...on.pay, token, amount: AMOUNT }));
    expect(withdrawn.revert.errorName).to.equal("InsufficientUnlockedFunds");
    const declined = await devnet.hurry(declineDealSync(worker, { ...on.deals, dealId }));
    expect(declined.events.map(({ eventName }) => eventName)).to.deep.equal([
      ...["DealCopyEnded", "DealCopyEnded", "DealLeft"],
    ]);
    expect(extractDealsEvents(declined.receipt, on.deals.address)).to.have.length(3);
    expect(await getCopyState(payer, { ...on.deals, copyId: copyIdOf(dealId, 0) })).to.equal("Expired");
    expect(await getDealViewState(payer, { ...on.deals, copyId: copyIdOf(dealId, 0) })).to.equal("Finalized");
    expect((await getDeal(payer, { ...on.deals, dealId })).departure).to.equal("Closed");
  });

  it("say who may extend, leave, and settle", async () => {
    const unbounded = { rateAllowance: maxUint256, lockupAllowance: maxUint256, maxLockupPeriod: maxUint256 };
    await devnet.hurry(
      setOperatorApprovalSync(payer, {
        ...{ ...on.pay, token, operator: on.deals.address, approved: true, ...unbounded },
      }),
    );
    const dealId = await propose();
    expect(await getOpenProposals(payer, { ...on.deals, offerId, client: me })).to.equal(1n);
    const until = BigInt(devnet.epoch()) + 1_000_000n;
    const set = await devnet.hurry(
      setAutoExtendSync(payer, { ...on.deals, dealId, until, rateCap: maxUint96 }),
    );
    expect(set.event.args).to.deep.equal({ dealId, until, rateCap: maxUint96 });
    expect(await getDeal(payer, { ...on.deals, dealId })).to.deep.include({
      ...{ autoExtendUntil: until, autoExtendRateCap: maxUint96 },
    });

    await devnet.hurry(pokeDealSync(payer, { ...on.deals, dealId }));
    const left = await devnet.hurry(leaveDealAsClientSync(payer, { ...on.deals, dealId }));
    expect(left.event.args.dealId).to.equal(dealId);
    const { departure, railEnd } = await getDeal(payer, { ...on.deals, dealId });
    expect([departure, railEnd]).to.deep.equal(["Client", left.event.args.railEnd]);
    const again = await refusal(leaveDealAsClientSync(payer, { ...on.deals, dealId }));
    expect(again.revert.errorName).to.equal("DealAlreadyLeft");
    const settled = await devnet.hurry(settleDealSync(payer, { ...on.deals, dealId }));
    expect(settled.events.map(({ eventName }) => eventName)).to.satisfy(
      (names: string[]) => names.includes("DealSettled") || names.includes("DealSettlementRefused"),
    );
    const { rails, total } = await getRailsOfPayer(payer, { ...on.pay, payer: me, token, limit: 0n });
    expect(rails.some(({ railId, isTerminated }) => railId === dealId && isTerminated)).to.equal(true);
    expect(total).to.equal(2n);
  });

  it("read what else the contracts tell", async () => {
    const { day, freshness, grace, chainGap, notice, minSealingWindow } = devnet.parameters;
    expect(await getEvidenceParameters(payer, on.evidence)).to.deep.equal({ freshness, grace, chainGap });
    expect(await getRegistryParameters(payer, on.registry)).to.deep.include({ day, minNotice: notice });
    expect(await getDealsParameters(payer, on.deals)).to.deep.include({
      ...{ minSealingWindow, pay: on.pay.address, registry: on.registry.address, maxPieces: 32n },
    });
    expect(await getDealViewVersion(payer, on.deals)).to.equal(1n);
    expect(await getOfferCount(payer, on.registry)).to.equal(1n);
    const { terms, version, provider: offering } = await getOffer(payer, { ...on.registry, offerId });
    expect(offering).to.equal(provider);
    expect(await getOfferTerms(payer, { ...on.registry, offerId, version })).to.deep.equal(terms);
    const offered = await getOfferRate(payer, { ...on.registry, offerId });
    expect(offered).to.deep.equal({ open: true, token, ratePerTib: terms.ratePerTib });
    expect(await getEnvelope(payer, { ...on.registry, provider })).to.have.all.keys("current");
    expect(await getProviderOwner(payer, { ...on.registry, provider })).to.be.a("bigint");
    const who = worker.account!.address;
    expect(await isProviderController(payer, { ...on.registry, provider, who })).to.equal(true);
    expect(await isProviderOwner(payer, { ...on.registry, provider, who })).to.equal(false);
    const [{ commitment }] = PIECES as [(typeof PIECES)[number]];
    expect(await getReplication(payer, { ...on.deals, commitment, limit: 8n })).to.deep.equal({
      ...{ replicas: [], providers: 0n, owners: 0n, next: 0n },
    });
    expect(await isCopyLive(payer, { ...on.deals, copyId: copyIdOf(1n, 0) })).to.equal(false);
    const subject = subjectOf({ miner: provider, sector: 1n });
    const record = await getEvidenceRecord(payer, { ...on.evidence, subject });
    expect(record).to.deep.include({ last: "None", failed: false });
    const trace = await getSectorTrace(payer, { ...on.evidence, miner: provider, sector: 1n });
    expect(trace.tracked).to.equal(false);
    const ranges = [{ subject, from: 0n, to: 1n }];
    expect(await getProvenEpochsOfMany(payer, { ...on.evidence, ranges })).to.deep.equal([0n]);
  });

  it("serve providers as well", async () => {
    const free = await getFreeBond(owner, { ...on.registry, provider });
    const amount = parseEther("2");
    const posted = await devnet.hurry(postBondSync(owner, { ...on.registry, provider, amount }));
    expect(posted.event.args).to.deep.include({ provider, amount });
    expect((await getFreeBond(owner, { ...on.registry, provider })) - free).to.equal(amount);
    await devnet.hurry(pauseOfferSync(worker, { ...on.registry, offerId, paused: true }));
    const { proposal } = await quote();
    // The market passes the registry's refusal on.
    const { revert } = await refusal(proposeDeal(payer, { ...on.deals, ...proposal }));
    expect(revert.errorName).to.equal("OfferIsPaused");
    await devnet.hurry(pauseOfferSync(worker, { ...on.registry, offerId, paused: false }));
  });

  it("refuse with a typed error and the next step, and never without an account", async () => {
    const { revert, next, message } = await refusal(getDeal(payer, { ...on.deals, dealId: 999n }));
    expect(revert).to.deep.include({ errorName: "DealUnknown", args: [999n] });
    expect(message).to.contain("DealUnknown(999)");
    expect(message).to.contain("splitCopyId");
    expect(next).to.equal("npx hardhat deal list");
    const call = declineDealCall(payer, { ...on.deals, dealId: 999n });
    const simulated = await simulateContract(payer, call).catch((error: unknown) => error);
    expect(decodeRevert(simulated, errorsAbi)).to.deep.include({ errorName: "DealUnknown" });
    const nobody = createHoldfastClient({ chain: chains.devnet, transport: http(devnet.rpcUrl) });
    const { proposal } = await quote();
    const error = await proposeDeal(nobody, { ...on.deals, ...proposal }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(AccountMissingError);
  });
});

const maxUint96 = 2n ** 96n - 1n;
