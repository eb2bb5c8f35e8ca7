import {
  acceptTasksSync,
  burnComputePenaltiesSync,
  type ContractRevertedError,
  cancelTasksSync,
  challengeCommitmentOf,
  checkComputeBindings,
  checkComputeControlSync,
  collectArbiterFeesSync,
  depositStakeSync,
  type errorsAbi,
  extractComputeEvents,
  extractPokeTasksEvents,
  type FoundJob,
  getChallengeCommitment,
  getComputeNode,
  getComputeOperator,
  getComputeRegistryParameters,
  getJob,
  getJobCost,
  getJobHash,
  getSlot,
  getStake,
  getTask,
  getTaskPrice,
  getTasks,
  getUncollectedStake,
  hashPiece,
  inputsTree,
  isArbiterAccepted,
  isComputeController,
  JobNotFoundError,
  JobUnknownError,
  jobCost,
  jobHash,
  lockChallengeSync,
  nameChallengeSync,
  pokeTasksSync,
  randomSalt,
  registerComputeNodeSync,
  releaseHoldbackSync,
  releaseTasksSync,
  ruleAsJudgeSync,
  submitTasksSync,
  unbondStakeSync,
  withdrawComputeCreditSync,
  withdrawStakeSync,
} from "@holdfast/sdk";
import { expect } from "chai";
import { getAddress, type Hex, keccak256, numberToHex, parseEther, toHex, zeroAddress } from "viem";
import { type ComputeStage, openComputeStage } from "../support/compute-stage.ts";
import type { Party } from "../support/deal-stage.ts";

const bytesOf = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) + seed) & 0xff);
const INPUT = hashPiece(bytesOf(1, 300_000));
const RESULT = hashPiece(bytesOf(2, 5_000));
const WRONG = { root: keccak256(toHex("wrong")), piece: INPUT.commitment };
const RIGHT = { root: keccak256(toHex("right")), piece: RESULT.commitment };
const [FIL, FEE, BOND, STAKE] = [parseEther("1"), parseEther("1"), parseEther("3"), parseEther("8")];
const BURNT = "0xff00000000000000000000000000000000000063";

describe("the SDK's compute actions: a job over stored data, cheated, challenged and paid in FIL", function () {
  this.timeout(240_000);
  let stage: ComputeStage;
  let job: FoundJob;
  let input: { copyId: bigint; sectors: bigint[] };
  const tree = inputsTree([
    { task: 0, pieceCid: INPUT.commitment },
    { task: 1, pieceCid: INPUT.commitment },
  ]);
  /** An account that has nothing. */
  let accounts = 0;
  const fresh = () => getAddress(numberToHex(0xfee5_0000 + accounts++, { size: 20 }));
  const addressOf = ({ account: { address } }: Party) => address;

  before(async () => {
    stage = await openComputeStage();
  });
  after(async () => {
    const { failures } = stage.deals;
    await stage[Symbol.asyncDispose]();
    expect(failures).to.deep.equal([]);
  });

  async function refusal(action: Promise<unknown>): Promise<ContractRevertedError<typeof errorsAbi>> {
    return action.then(
      () => expect.fail("nothing was refused"),
      (reason: unknown) => reason as ContractRevertedError<typeof errorsAbi>,
    );
  }

  const hurry = <T>(work: Promise<T>) => stage.deals.hurry(work);
  const taskOf = (task: number) => getTask(stage.requester, { ...stage.escrow, jobId: job.id, task });
  const accept = (worker: Party, task: number, witness: { copyId?: bigint; inputProof?: Hex[] } = {}) =>
    hurry(acceptTasksSync(worker, { ...stage.escrow, job, tasks: [task], ...witness }));
  const witness = (task: number) => ({
    copyId: input.copyId,
    inputProof: tree.proofOf({ task, pieceCid: INPUT.commitment }),
  });

  it("register a worker, which its operator confirms, and take stakes for it from anybody", async () => {
    const { workers, operators, computeRegistry, arbiter } = stage;
    const worker = addressOf(workers[0]);
    const operator = addressOf(operators[0]);
    const { event } = await hurry(
      registerComputeNodeSync(workers[0], { ...computeRegistry, operator, endpoint: "http://a" }),
    );
    expect(event.args).to.deep.equal({ worker, operator, endpoint: "http://a" });
    expect(await getComputeOperator(workers[0], { ...computeRegistry, worker })).to.equal(worker);
    await stage.enrol(0);
    await stage.enrol(1);
    expect(await getComputeOperator(workers[0], { ...computeRegistry, worker })).to.equal(operator);
    expect(await getComputeNode(workers[0], { ...computeRegistry, worker })).to.deep.equal({
      ...{ operator, confirmed: true, endpoint: "http://127.0.0.1:1" },
    });
    const accepted = { ...computeRegistry, worker, arbiter: arbiter.address };
    expect(await isArbiterAccepted(workers[0], accepted)).to.equal(true);

    for (const party of workers) {
      const before = await stage.balance(computeRegistry.address);
      const deposit = {
        ...computeRegistry,
        worker: addressOf(party),
        token: zeroAddress,
        amount: 2n * STAKE,
      };
      await hurry(depositStakeSync(operators[0], deposit));
      expect((await stage.balance(computeRegistry.address)) - before).to.equal(2n * STAKE);
      expect(await getStake(party, deposit)).to.deep.equal({
        ...{ free: 2n * STAKE, locked: 0n, unbonding: 0n, unbondingUntil: 0n },
      });
    }
  });

  it("rest on one deployment, and the doctor tells another one", async () => {
    const { contracts } = stage.deals.chain;
    const stranger = fresh();
    const wrong = async (change: Partial<typeof contracts>) => {
      const checks = await checkComputeBindings(stage.judge, { ...contracts, ...change });
      return checks.filter(({ ok }) => !ok).map(({ name }) => name);
    };
    expect(await wrong({})).to.deep.equal([]);
    expect(await wrong({ deals: stranger })).to.deep.equal(["partners of ComputeEscrow"]);
    expect(await wrong({ registry: stranger })).to.deep.equal(["partners of ComputeRegistry"]);
    expect(await wrong({ computeRegistry: stranger })).to.include("partners of ComputeEscrow");
    expect(await wrong({ escrow: contracts.usdfc })).to.include.members([
      ...["partners of SingleArbiter", "binding of compute registry"],
    ]);
  });

  it("post a job, which is found again by its id and cannot be made up", async () => {
    const { requester, escrow } = stage;
    const params = stage.params({
      ...{ inputsRoot: tree.root, localEpochs: 30, holdbackBps: 2_500 },
      ...{ holdbackEpochs: 400, holdbackTermEpochs: 100, coordinatorBps: 1_000 },
      coordinator: addressOf(stage.operators[1]),
    });
    input = await stage.store(INPUT, 0);
    const before = await stage.balance(escrow.address);
    job = await stage.post(params);
    const cost = 2n * (2n * FIL + FIL / 5n + FEE);
    expect((await stage.balance(escrow.address)) - before).to.equal(cost);
    expect(jobCost(params)).to.equal(cost);
    expect(await getJobCost(requester, { ...escrow, params })).to.equal(cost);

    expect(job.params).to.deep.equal(params);
    expect(await getJobHash(requester, { ...escrow, jobId: job.id })).to.equal(jobHash(job));
    await stage.deals.advance(10n);
    expect(await getJob(requester, { ...escrow, jobId: job.id, range: 3n })).to.deep.equal(job);
    const late = getJob(requester, { ...escrow, jobId: job.id, fromBlock: job.created + 1n });
    expect(await late.catch((error: unknown) => error)).to.be.instanceOf(JobNotFoundError);
    const unknown = getJob(requester, { ...escrow, jobId: 99n });
    expect(await unknown.catch((error: unknown) => error)).to.be.instanceOf(JobUnknownError);
    const other = { ...job, params: { ...params, minPrice: 0n } };
    const made = await refusal(acceptTasksSync(stage.workers[0], { ...escrow, job: other, tasks: [0] }));
    expect(made.revert.errorName).to.equal("ComputeJobUnknown");
  });

  it("accept: in the locality window only with a live copy at a provider of the operator's", async () => {
    const { workers, operators, computeRegistry, escrow, challenger } = stage;
    expect((await refusal(accept(workers[0], 0))).revert.errorName).to.equal("ComputeNotLocal");
    // Nobody has asked the miner yet.
    expect((await refusal(accept(workers[0], 0, witness(0)))).revert.errorName).to.equal("ComputeNotLocal");
    const provider = stage.deals.providers[0]!.minerId;
    for (const [operator, controls] of [
      [operators[0], true],
      [operators[1], false],
    ] as const) {
      const asked = { ...computeRegistry, operator: addressOf(operator), provider };
      const { event } = await hurry(checkComputeControlSync(challenger, asked));
      expect(event.args.controls).to.equal(controls);
    }
    const asked = { ...computeRegistry, worker: addressOf(workers[0]), provider };
    expect(await isComputeController(challenger, asked)).to.equal(true);

    expect((await refusal(accept(workers[1], 0, witness(0)))).revert.errorName).to.equal("ComputeNotLocal");
    const elsewhere = await refusal(accept(workers[0], 0, witness(1)));
    expect(elsewhere.revert.errorName).to.equal("ComputeInputNotProven");
    expect(await getTaskPrice(challenger, { ...escrow, job, task: 0 })).to.equal(FIL);
    const { events } = await accept(workers[0], 0, witness(0));
    expect(events.map(({ eventName }) => eventName)).to.deep.equal(["TaskAccepted"]);
    const slot = await getSlot(challenger, { ...escrow, jobId: job.id, task: 0, slot: 0 });
    expect(slot).to.include({ worker: addressOf(workers[0]), price: FIL, status: "Taken" });
    const stake = await getStake(challenger, { ...asked, token: zeroAddress });
    expect([stake.free, stake.locked]).to.deep.equal([STAKE, STAKE]);
  });

  it("release a task for a 64th of the stake, and cancel what nobody has", async () => {
    const { workers, requester, escrow } = stage;
    await accept(workers[0], 1, witness(1));
    const released = await hurry(releaseTasksSync(workers[0], { ...escrow, job, tasks: [1] }));
    expect(released.events.map(({ eventName }) => eventName)).to.include("TaskReleased");
    expect(await stage.credit(requester)).to.equal(STAKE / 64n);
    await hurry(cancelTasksSync(requester, { ...escrow, job, tasks: [1] }));
    expect(await stage.credit(requester)).to.equal(STAKE / 64n + jobCost(job.params) / 2n);
    expect(
      (await getTasks(requester, { ...escrow, job })).map(({ task, state }) => [task, state]),
    ).to.deep.equal([...[[0, "Assigned"]], ...[[1, "Refunded"]]]);
  });

  it("challenge a wrong result: the judge rules for the challenger, and the stake pays", async () => {
    const { workers, challenger, judge, requester, escrow, arbiter } = stage;
    await hurry(submitTasksSync(workers[0], { ...escrow, job, results: [{ task: 0, ...WRONG }] }));
    const { round } = await taskOf(0);
    const salt = randomSalt();
    const claim = {
      jobId: job.id,
      task: 0,
      round,
      challenger: addressOf(challenger),
      root: RIGHT.root,
      salt,
    };
    const chainId = challenger.chain.id;
    const commitment = challengeCommitmentOf({ ...claim, chainId, escrow: escrow.address });
    expect(await getChallengeCommitment(challenger, { ...escrow, ...claim })).to.equal(commitment);
    const [held, owed] = [await stage.balance(escrow.address), await stage.credit(requester)];
    await hurry(lockChallengeSync(challenger, { ...escrow, job, task: 0, commitment }));
    expect((await stage.balance(escrow.address)) - held).to.equal(BOND);
    const named = { ...escrow, job, task: 0, root: RIGHT.root };
    const guessed = await refusal(nameChallengeSync(challenger, { ...named, salt: randomSalt() }));
    expect(guessed.revert.errorName).to.equal("ComputeCommitmentMismatch");
    await hurry(nameChallengeSync(challenger, { ...named, salt }));
    expect(await taskOf(0)).to.include({ state: "Disputed", named: true, claim: RIGHT.root });

    const ruling = { ...arbiter, job, task: 0, root: RIGHT.root };
    const past = await refusal(ruleAsJudgeSync(judge, { ...ruling, round: 7 }));
    expect(past.revert.errorName).to.equal("ArbiterRoundPast");
    expect(past.next).to.match(/^npx hardhat compute job status/);
    const { receipt } = await hurry(ruleAsJudgeSync(judge, { ...ruling, round }));
    expect(extractComputeEvents(receipt).map(({ eventName }) => eventName)).to.include.members([
      ...["TaskRuled", "TaskStakeSlashed", "TaskReopened"],
    ]);
    // 8 of the stake: fee 1, reward 2, the price 1, and the rest burns.
    expect(await stage.credit(arbiter.address)).to.equal(FEE);
    expect(await stage.credit(challenger)).to.equal(BOND + 2n * FEE);
    expect((await stage.credit(requester)) - owed).to.equal(FIL);
    expect(await stage.credit(BURNT)).to.equal(STAKE - 4n * FIL);
    expect(await getUncollectedStake(judge, { ...escrow, token: zeroAddress })).to.equal(STAKE + STAKE / 64n);
    expect(await taskOf(0)).to.include({ state: "Open", round: 1 });
  });

  it("accept what is right after its window, and pay the held share once the result is stored", async () => {
    const { workers, operators, challenger, requester, escrow } = stage;
    await stage.deals.advance(31n);
    await accept(workers[1], 0);
    const data = { ...escrow, job, results: [{ task: 0, ...RIGHT }] };
    await hurry(submitTasksSync(workers[1], data));
    const poke = () => hurry(pokeTasksSync(challenger, { ...escrow, job, tasks: [0] }));
    const early = await poke();
    expect(extractPokeTasksEvents(early.receipt, escrow.address)).to.deep.equal([]);
    await stage.deals.advance(31n);
    const owed = await stage.credit(requester);
    const { receipt } = await poke();
    const finished = extractPokeTasksEvents(receipt, escrow.address).find(
      ({ eventName }) => eventName === "TaskFinished",
    );
    // No ramp: after the locality window the price is the greatest, 2 FIL; a quarter of it waits.
    expect(finished?.eventName === "TaskFinished" && finished.args.held).to.equal(FIL / 2n);
    expect(await stage.credit(workers[1])).to.equal((3n * FIL) / 2n);
    expect(await stage.credit(operators[1])).to.equal(FIL / 5n);
    expect((await stage.credit(requester)) - owed).to.equal(FEE);

    const otherPiece = { ...escrow, job, task: 0, copyId: input.copyId };
    await stage.refresh(0, input.sectors);
    const other = await refusal(releaseHoldbackSync(challenger, otherPiece));
    expect(other.revert.errorName).to.equal("ComputePieceMismatch");
    const { copyId } = await stage.store(RESULT, 1);
    const { event } = await hurry(releaseHoldbackSync(challenger, { ...otherPiece, copyId }));
    expect(event.args).to.deep.equal({ jobId: job.id, task: 0, copyId, amount: FIL / 2n });
    expect(await stage.credit(workers[1])).to.equal(2n * FIL);
  });

  it("withdraw: to every party what it is owed, and nothing is left", async () => {
    const { workers, operators, challenger, requester, judge, escrow, arbiter, computeRegistry } = stage;
    const token = zeroAddress;
    for (const party of [workers[1], challenger, requester, operators[1]]) {
      const to = fresh();
      const owed = await stage.credit(party);
      const { event } = await hurry(withdrawComputeCreditSync(party, { ...escrow, token, to }));
      expect(event.args.amount).to.equal(owed);
      expect(await stage.balance(to)).to.equal(owed);
      expect(await stage.credit(party)).to.equal(0n);
    }
    const [paid, burnt] = [await stage.balance(judge), await stage.balance(BURNT)];
    const collected = await hurry(collectArbiterFeesSync(challenger, { ...arbiter, token }));
    expect(collected.event.args).to.deep.include({ to: addressOf(judge), amount: FEE });
    expect((await stage.balance(judge)) - paid).to.equal(FEE);
    await hurry(burnComputePenaltiesSync(challenger, { ...escrow, token }));
    expect((await stage.balance(BURNT)) - burnt).to.equal(STAKE - 4n * FIL);
    expect(await stage.balance(escrow.address)).to.equal(0n);

    const { unbonding } = await getComputeRegistryParameters(judge, computeRegistry);
    for (const [party, left] of [
      [workers[0], STAKE - STAKE / 64n],
      [workers[1], 2n * STAKE],
    ] as const) {
      const to = fresh();
      const { event } = await hurry(unbondStakeSync(party, { ...computeRegistry, token, amount: left }));
      const early = await refusal(withdrawStakeSync(party, { ...computeRegistry, token, to }));
      expect(early.revert.args).to.deep.equal([event.args.until]);
      await stage.deals.advance(unbonding);
      await hurry(withdrawStakeSync(party, { ...computeRegistry, token, to }));
      expect(await stage.balance(to)).to.equal(left);
    }
    expect(await stage.balance(computeRegistry.address)).to.equal(0n);
  });
});
