import {
  announceEnvelopeSync,
  burnSlashedSync,
  type ContractRevertedError,
  copyIdOf,
  DEPARTURES,
  depositSync,
  type errorsAbi,
  extendCommitmentSync,
  extendDealSync,
  extractExtendCommitmentEvent,
  extractPokeDealEvents,
  extractRefreshSectorsEvents,
  extractReportCopyEvent,
  extractSettleRailEvents,
  getAccountIfSettled,
  getBond,
  getBurnable,
  getCopies,
  getCopyState,
  getCredit,
  getDeal,
  getEnvelope,
  getOffer,
  getProvenEpochs,
  getRail,
  getRailsOfPayee,
  getSectorTrace,
  hashPiece,
  isCopyLive,
  leaveDealAsProvider,
  leaveDealAsProviderSync,
  lookAtSector,
  pokeDealSync,
  proposeDealSync,
  refreshSectorsSync,
  reportCopySync,
  reportSectorSync,
  reviseOfferSync,
  SKIP_REASONS,
  setAutoExtendSync,
  setOperatorApprovalSync,
  settleDealSync,
  settleRailSync,
  subjectOf,
  terminateRailSync,
  unbondSync,
  withdrawBondSync,
  withdrawCreditSync,
  withdrawSync,
} from "@holdfast/sdk";
import { expect } from "chai";
import { maxUint256, parseAbi, parseEther, zeroHash } from "viem";
import { type DealStage, openDealStage, type Party } from "../support/deal-stage.ts";

const PIECES = [300_000, 5_000].map((length, seed) =>
  hashPiece(Uint8Array.from({ length }, (_, index) => (index * 17 + (index >> 8) + seed) & 0xff)),
);
const WINDOW = 120n;

describe("the SDK's actions on sealed copies", function () {
  this.timeout(240_000);
  let stage: DealStage;
  let dealId: bigint;
  let sectors: bigint[];

  before(async () => {
    stage = await openDealStage({ epochSeconds: 0.2 });
    const { client, token, on, hurry } = stage;
    const amount = parseEther("1000");
    const abi = parseAbi(["function approve(address spender, uint256 amount) returns (bool)"]);
    const approval = {
      address: token,
      abi,
      functionName: "approve",
      args: [on.pay.address, amount],
    } as const;
    const hash = await client.writeContract(approval);
    await hurry(client.waitForTransactionReceipt({ hash }));
    await hurry(depositSync(client, { ...on.pay, token, to: client.account.address, amount }));
    const operator = { operator: on.deals.address, approved: true, maxLockupPeriod: maxUint256 };
    const allowances = { rateAllowance: maxUint256, lockupAllowance: maxUint256 };
    await hurry(setOperatorApprovalSync(client, { ...on.pay, token, ...operator, ...allowances }));
    dealId = await propose(0);
    const { endEpoch } = await dealOf();
    sectors = await stage.seal(dealId, endEpoch + 10n);
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    expect(stage.failures).to.deep.equal([]);
  });

  async function propose(provider: 0 | 1): Promise<bigint> {
    const { client, on, hurry, providers, chain } = stage;
    const { offerId } = providers[provider]!;
    const { version } = await getOffer(client, { ...on.registry, offerId });
    const term = { sealingWindow: WINDOW, duration: chain.parameters.minDuration };
    const proposal = { offerId, version, dataset: zeroHash, pieces: PIECES, ...term };
    return (await hurry(proposeDealSync(client, { ...on.deals, ...proposal }))).event.args.dealId;
  }

  const dealOf = () => getDeal(stage.client, { ...stage.on.deals, dealId });
  const miner = () => stage.providers[0]!.minerId;
  const look = (sector: bigint) => lookAtSector(stage.client, { miner: miner(), sector });
  const locations = () => Promise.all(sectors.map(async (sector) => (await look(sector)).location));
  const availableTo = async (party: Party) => {
    const asked = { token: stage.token, owner: party.account.address };
    return (await getAccountIfSettled(party, { ...stage.on.pay, ...asked })).availableFunds;
  };

  async function refresh() {
    const { keeper, on, hurry } = stage;
    const call = { miner: miner(), sectors, locations: await locations() };
    return hurry(refreshSectorsSync(keeper, { ...on.evidence, ...call }));
  }

  async function refusal(action: Promise<unknown>): Promise<ContractRevertedError<typeof errorsAbi>> {
    return action.then(
      () => expect.fail("nothing was refused"),
      (reason: unknown) => reason as ContractRevertedError<typeof errorsAbi>,
    );
  }

  it("refresh sectors: one event a sector, and the epochs are proven", async () => {
    const { keeper, on, hurry } = stage;
    await stage.advance(30n);
    const asked = [...sectors, 999n];
    const call = { miner: miner(), sectors: asked, locations: [...(await locations()), "0x"] as const };
    const { receipt } = await hurry(refreshSectorsSync(keeper, { ...on.evidence, ...call }));
    const told = extractRefreshSectorsEvents(receipt, on.evidence.address);
    expect(told.map(({ eventName, args }) => [eventName, args.sector])).to.deep.equal([
      ...sectors.map((sector) => ["EvidenceRefreshed", sector]),
      ["EvidenceSkipped", 999n],
    ]);
    const skipped = told.at(-1)!;
    expect(skipped.eventName === "EvidenceSkipped" && SKIP_REASONS[skipped.args.reason]).to.equal(
      "Untracked",
    );
    const [copy] = await getCopies(keeper, { ...on.deals, dealId });
    const subject = subjectOf({ miner: miner(), sector: sectors[0]! });
    const range = { subject, from: copy!.activation, to: receipt.blockNumber };
    expect(await getProvenEpochs(keeper, { ...on.evidence, ...range })).to.equal(
      receipt.blockNumber - copy!.activation,
    );
    expect(await isCopyLive(keeper, { ...on.deals, copyId: copyIdOf(dealId, 0) })).to.equal(true);
  });

  it("extend a commitment once the miner has extended the sector", async () => {
    const { keeper, on, hurry } = stage;
    const { endEpoch } = await dealOf();
    await stage.drive(miner(), "extendSectors", [sectors, endEpoch + 5_000n]);
    const sector = sectors[0]!;
    const call = { ...on.evidence, miner: miner(), sector, location: (await look(sector)).location };
    const { event, receipt } = await hurry(extendCommitmentSync(keeper, call));
    expect(event.eventName).to.equal("EvidenceCommitmentExtended");
    expect(extractExtendCommitmentEvent(receipt)).to.deep.equal(event);
    const { commitment } = await getSectorTrace(keeper, { ...on.evidence, miner: miner(), sector });
    expect(commitment).to.equal(endEpoch + 5_000n);
    const again = await hurry(extendCommitmentSync(keeper, call));
    expect(again.event.eventName === "EvidenceSkipped" && SKIP_REASONS[again.event.args.reason]).to.equal(
      "NotAsClaimed",
    );
  });

  it("extend a deal: by its client, then by its provider as far as the client lets it, and no third time", async () => {
    const { client, providers, on, hurry } = stage;
    const { worker } = providers[0]!;
    const { endEpoch, ratePerTib } = await dealOf();
    const extension = { ...on.deals, dealId, locations: await locations() };
    const alone = await refusal(extendDealSync(worker, { ...extension, newEnd: endEpoch + 500n }));
    expect(alone.revert.errorName).to.equal("DealExtensionAboveRate");

    const first = await hurry(extendDealSync(client, { ...extension, newEnd: endEpoch + 500n }));
    expect(first.event.args).to.deep.equal({ dealId, by: client.account.address, endEpoch: endEpoch + 500n });
    const until = endEpoch + 1_000n;
    await hurry(setAutoExtendSync(client, { ...on.deals, dealId, until, rateCap: ratePerTib }));
    const second = await hurry(extendDealSync(worker, { ...extension, newEnd: until }));
    expect(second.event.args.by).to.equal(worker.account.address);
    expect(await dealOf()).to.deep.include({ endEpoch: until, extensions: 2 });
    const third = await refusal(extendDealSync(client, { ...extension, newEnd: until + 500n }));
    expect(third.revert.errorName).to.equal("DealExtensionsExhausted");
  });

  it("settle a rail for what is proven, and let the payee withdraw", async () => {
    const { keeper, providers, on, hurry, token } = stage;
    const { owner } = providers[0]!;
    await stage.advance(WINDOW);
    const { receipt: proof } = await refresh();
    const { rate } = await dealOf();
    const before = await availableTo(owner);
    const until = { railId: dealId, untilEpoch: proof.blockNumber };
    const { receipt } = await hurry(settleRailSync(keeper, { ...on.pay, ...until }));
    const [settled, ...others] = extractSettleRailEvents(receipt, on.pay.address);
    expect(others).to.deep.equal([]);
    if (settled?.eventName !== "RailSettled") throw new Error("not settled");
    const { totalSettledAmount, totalNetPayeeAmount, settledUpTo } = settled.args;
    expect(settledUpTo).to.equal(proof.blockNumber);
    const gained = (await availableTo(owner)) - before;
    expect(gained).to.equal(totalNetPayeeAmount);
    expect(totalSettledAmount > 0n && totalSettledAmount <= rate * WINDOW * 2n).to.equal(true);
    const { rails } = await getRailsOfPayee(owner, {
      ...{ ...on.pay, payee: owner.account.address, token, limit: 0n },
    });
    expect(rails.map(({ railId }) => railId)).to.include(dealId);

    const withdrawn = await hurry(withdrawSync(owner, { ...on.pay, token, amount: gained }));
    expect(withdrawn.event.args).to.deep.include({ from: owner.account.address, amount: gained });
    expect(await availableTo(owner)).to.equal(before);
    const again = await hurry(settleDealSync(keeper, { ...on.deals, dealId }));
    // Nothing was proven since: no error, and the reason is told.
    expect(again.event.eventName).to.equal("DealSettlementRefused");
  });

  it("report a fault, which holds the provider until it recovers, and tips its reporter", async () => {
    const { keeper, providers, on, hurry } = stage;
    const { owner } = providers[0]!;
    const sector = sectors[0]!;
    const copyId = copyIdOf(dealId, 0);
    const unfounded = { ...on.evidence, miner: miner(), sector, location: (await look(sector)).location };
    const { event: skipped } = await hurry(reportSectorSync(keeper, unfounded));
    expect(skipped.eventName).to.equal("EvidenceSkipped");

    await stage.drive(miner(), "declareFaults", [[sector]]);
    const { location, status } = await look(sector);
    expect(status).to.equal("Faulty");
    const { receipt } = await hurry(reportCopySync(keeper, { ...on.deals, copyId, location }));
    const reported = extractReportCopyEvent(receipt, on.evidence.address);
    expect(reported.eventName).to.equal("EvidenceFaultReported");
    expect(reported.eventName === "EvidenceFaultReported" && reported.args.reporter).to.equal(
      keeper.account.address,
    );
    expect(await getCopyState(keeper, { ...on.deals, copyId })).to.equal("Faulty");
    const again = await hurry(reportSectorSync(keeper, { ...unfounded, location }));
    expect(again.event.eventName).to.equal("EvidenceFaultReported");
    const held = await refusal(leaveDealAsProvider(owner, { ...on.deals, dealId }));
    expect(held.revert.errorName).to.equal("DealCopyIsFaulty");
    expect(held.walk((cause) => cause === held)).to.equal(held);

    await stage.drive(miner(), "recoverFaults", [[sector]]);
    await refresh();
    expect(await getCopyState(keeper, { ...on.deals, copyId })).to.equal("Active");
    const { address } = keeper.account;
    const tip = await getCredit(keeper, { ...on.registry, holder: address });
    expect(tip > 0n).to.equal(true);
    const paid = await hurry(withdrawCreditSync(keeper, { ...on.registry, to: address }));
    expect(paid.event.args.amount).to.equal(tip);
  });

  it("report a death: slashed for the client, the reporter and the fire", async () => {
    const { client, keeper, on, hurry } = stage;
    const sector = sectors[0]!;
    const copyId = copyIdOf(dealId, 0);
    const [copy] = await getCopies(client, { ...on.deals, dealId });
    await stage.drive(miner(), "terminateSectors", [[sector]]);
    const { location } = await look(sector);
    const { receipt, events } = await hurry(reportCopySync(keeper, { ...on.deals, copyId, location }));
    expect(extractReportCopyEvent(receipt).eventName).to.equal("EvidenceDeathRecorded");
    expect(events.map(({ eventName }) => eventName)).to.include("DealCopyEnded");
    expect(await getCopyState(client, { ...on.deals, copyId })).to.equal("Failed");
    const creditOf = ({ account: { address } }: Party) =>
      getCredit(client, { ...on.registry, holder: address });
    const burnable = await getBurnable(client, on.registry);
    const [ours, theirs] = [await creditOf(client), await creditOf(keeper)];
    expect(ours + theirs + burnable).to.equal(copy!.bond);
    expect(ours > theirs && theirs > 0n).to.equal(true);
    const burnt = await hurry(burnSlashedSync(keeper, on.registry));
    expect(burnt.event.args.amount).to.equal(burnable);
  });

  it("leave as provider: the rest of its copies' bond pays for it", async () => {
    const { client, providers, on, hurry } = stage;
    await refresh();
    const { owner } = providers[0]!;
    const { event, receipt } = await hurry(leaveDealAsProviderSync(owner, { ...on.deals, dealId }));
    expect(event.args.dealId).to.equal(dealId);
    expect(DEPARTURES[event.args.departure]).to.equal("Provider");
    const { railEnd, notice, departure } = await dealOf();
    expect(departure).to.equal("Provider");
    expect([railEnd, event.args.railEnd]).to.deep.equal(Array(2).fill(receipt.blockNumber + BigInt(notice)));
    const [, second] = await getCopies(client, { ...on.deals, dealId });
    expect(second!.state).to.equal("Active");
  });

  it("terminate a rail on Filecoin Pay itself: the next poke takes the exit fee", async () => {
    const { client, keeper, on, hurry } = stage;
    const other = await propose(1);
    await stage.seal(other);
    const { event } = await hurry(terminateRailSync(client, { ...on.pay, railId: other }));
    expect(event.args).to.deep.include({ railId: other, by: client.account.address });
    const { endEpoch } = await getRail(client, { ...on.pay, railId: other });
    expect(event.args.endEpoch).to.equal(endEpoch);
    const { exitFee } = await getDeal(client, { ...on.deals, dealId: other });
    const { receipt } = await hurry(pokeDealSync(keeper, { ...on.deals, dealId: other }));
    const told = extractPokeDealEvents(receipt, on.deals.address);
    const fee = told.find(({ eventName }) => eventName === "DealExitFeePaid");
    expect(fee?.eventName === "DealExitFeePaid" && fee.args.amount).to.equal(exitFee);
    expect((await getDeal(client, { ...on.deals, dealId: other })).departure).to.equal("Payer");
  });

  it("serve a provider's owner: revise, announce, unbond, and withdraw once it may", async () => {
    const { providers, on, hurry } = stage;
    const { owner, worker, minerId: provider, offerId, terms } = providers[1]!;
    const revision = { ...terms, ratePerTib: terms.ratePerTib + 1n };
    const revised = await hurry(reviseOfferSync(worker, { ...on.registry, offerId, terms: revision }));
    expect(revised.event.args).to.deep.include({ offerId, version: 2 });
    expect(await getOffer(worker, { ...on.registry, offerId })).to.deep.include({ terms: revision });

    const { current } = await getEnvelope(owner, { ...on.registry, provider });
    const envelope = { ...current, maxExitBps: 1_000 };
    const announced = await hurry(announceEnvelopeSync(owner, { ...on.registry, provider, envelope }));
    expect(announced.event.args.provider).to.equal(provider);

    const amount = parseEther("3");
    const { event } = await hurry(unbondSync(owner, { ...on.registry, provider, amount }));
    expect(event.args.amount).to.equal(amount);
    const withdrawal = { ...on.registry, provider, to: owner.account.address };
    const early = await refusal(withdrawBondSync(owner, withdrawal));
    expect(early.revert.errorName).to.equal("ProviderStillUnbonding");
    expect(early.next).to.match(/^npx hardhat fil epoch \d+$/);
    await stage.advance(30n * stage.chain.parameters.day);
    const before = await getBond(owner, { ...on.registry, provider });
    const withdrawn = await hurry(withdrawBondSync(owner, withdrawal));
    expect(withdrawn.event.args.amount).to.equal(amount);
    const { posted } = await getBond(owner, { ...on.registry, provider });
    expect(before.posted - posted).to.equal(amount);
  });
});
