import {
  acceptArbiterSync,
  acceptTasksSync,
  approveTasksSync,
  arbiterRulingTypedData,
  attestorsOf,
  attestTaskSync,
  COMPUTE_MODES,
  type ContractRevertedError,
  chains,
  challengeCommitmentOf,
  createJobCall,
  createJobSync,
  createJobWithPermitSync,
  depositComputeCreditSync,
  depositStakeWithPermitSync,
  type errorsAbi,
  estimateCost,
  type FoundJob,
  getAttestationDigest,
  getChallengeCommitment,
  getCollectableStake,
  getComputeDomain,
  getComputeParameters,
  getJobCount,
  getPanelArbiterParameters,
  getPanelDomain,
  getRulingDigest,
  getSeal,
  getSingleArbiterParameters,
  getSlot,
  getStake,
  getTask,
  isPanelMember,
  type JobParams,
  jobCost,
  jobOf,
  jobWindowsFor,
  openTaskSync,
  pokeTasksSync,
  RULINGS,
  randomSalt,
  resultAttestationTypedData,
  ruleAsPanelSync,
  ruleTaskSync,
  SignersInvalidError,
  sealOf,
  sealTaskSync,
  signArbiterRuling,
  signResultAttestation,
  submitTasksSync,
  withdrawComputeCreditSync,
  workersTree,
} from "@holdfast/sdk";
import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";
import { type Abi, type Address, type Hex, hashTypedData, keccak256, parseEther, toHex } from "viem";
import { type ComputeStage, openComputeStage } from "../support/compute-stage.ts";
import type { Party } from "../support/deal-stage.ts";

const ROOTS = ["one", "another"].map((text) => keccak256(toHex(text))) as [Hex, Hex];
const [TOKEN, FEE, STAKE] = [parseEther("1"), parseEther("1"), parseEther("8")];

describe("the SDK's compute actions: every mode, in USDFC by permit", function () {
  this.timeout(240_000);
  let stage: ComputeStage;
  let token: Address;

  before(async () => {
    stage = await openComputeStage();
    token = stage.token;
    await stage.enrol(0);
    await stage.enrol(1);
  });
  after(async () => {
    const { failures } = stage.deals;
    await stage[Symbol.asyncDispose]();
    expect(failures).to.deep.equal([]);
  });

  const hurry = <T>(work: Promise<T>) => stage.deals.hurry(work);
  const addressOf = ({ account: { address } }: Party) => address;
  const taskOf = (job: FoundJob) => getTask(stage.requester, { ...stage.escrow, jobId: job.id, task: 0 });

  async function refusal(action: Promise<unknown>): Promise<ContractRevertedError<typeof errorsAbi>> {
    return action.then(
      () => expect.fail("nothing was refused"),
      (reason: unknown) => reason as ContractRevertedError<typeof errorsAbi>,
    );
  }

  /** One task in USDFC, paid by permit, and taken by these workers. */
  async function post(given: Partial<JobParams>, workers: readonly Party[]): Promise<FoundJob> {
    const params = stage.params({ token, tasks: 1, ...given });
    const { escrow, requester } = stage;
    const { event } = await hurry(createJobWithPermitSync(requester, { ...escrow, params, specCid: "0x" }));
    const job = jobOf(event);
    for (const worker of workers) await hurry(acceptTasksSync(worker, { ...escrow, job, tasks: [0] }));
    return job;
  }

  async function finish(job: FoundJob, epochs: bigint) {
    await stage.deals.advance(epochs);
    return hurry(pokeTasksSync(stage.challenger, { ...stage.escrow, job, tasks: [0] }));
  }

  it("stake by permit, without an approval before", async () => {
    const { workers, computeRegistry } = stage;
    for (const worker of workers) {
      const [before, held] = [
        await stage.balance(worker, token),
        await stage.balance(computeRegistry.address, token),
      ];
      const { event } = await hurry(
        depositStakeWithPermitSync(worker, { ...computeRegistry, token, amount: 4n * STAKE }),
      );
      expect(event.args).to.deep.include({ worker: addressOf(worker), amount: 4n * STAKE });
      expect(before - (await stage.balance(worker, token))).to.equal(4n * STAKE);
      expect((await stage.balance(computeRegistry.address, token)) - held).to.equal(4n * STAKE);
    }
  });

  it("Attested: a signature of the named attestors shortens the window", async () => {
    const { requester, challenger, judge, escrow } = stage;
    const [worker] = stage.workers;
    const attestors = { k: 2, signers: [addressOf(requester), addressOf(challenger), addressOf(judge)] };
    const mode = COMPUTE_MODES.indexOf("Attested");
    const before = await stage.balance(requester, token);
    const given = { mode, attestors: attestorsOf(attestors), attestEpochs: 20, challengeEpochs: 60 };
    const job = await post(given, [worker]);
    expect(before - (await stage.balance(requester, token))).to.equal(jobCost(job.params));
    expect(await stage.balance(escrow.address, token)).to.equal(jobCost(job.params));
    await hurry(submitTasksSync(worker, { ...escrow, job, results: [{ task: 0, root: ROOTS[0] }] }));

    const { round, deadline } = await taskOf(job);
    const validUntil = deadline;
    const attestation = {
      ...{ jobId: job.id, task: 0, round, worker: addressOf(worker) },
      ...{ specDigest: job.params.specDigest, resultRoot: ROOTS[0], validUntilEpoch: validUntil },
    };
    const { chainId, verifyingContract, name, version } = await getComputeDomain(requester, escrow);
    const typed = resultAttestationTypedData({ ...attestation, chainId, verifyingContract });
    expect(typed.domain).to.include({ name, version });
    expect(await getAttestationDigest(requester, { ...escrow, job, task: 0, validUntil })).to.equal(
      hashTypedData(typed),
    );
    const signatures = await Promise.all(
      [judge, requester].map(async (party) => ({
        signer: addressOf(party),
        signature: await signResultAttestation(party, { ...attestation, escrow: escrow.address }),
      })),
    );
    const attest = { ...escrow, job, task: 0, attestors, validUntil };
    const few = await refusal(attestTaskSync(worker, { ...attest, signatures: signatures.slice(1) }));
    expect([few.revert.errorName, few.revert.args]).to.deep.equal(["ComputeSignaturesTooFew", [1n, 2n]]);
    const { event } = await hurry(attestTaskSync(worker, { ...attest, signatures }));
    expect(event.args.windowEnd < deadline).to.equal(true);
    await finish(job, 21n);
    expect((await taskOf(job)).state).to.equal("Accepted");
    // No ramp: the greatest price, and the fee comes back.
    expect(await stage.credit(worker, token)).to.equal(2n * TOKEN);
    expect(await stage.credit(requester, token)).to.equal(FEE);
    expect(() => attestorsOf({ k: 1, signers: [] })).to.throw(SignersInvalidError);
    expect(() => attestorsOf({ k: 2, signers: [addressOf(judge), addressOf(judge)] })).to.throw(
      SignersInvalidError,
      "twice",
    );
  });

  it("Quorum: two seals that differ go to a panel, whose members sign", async () => {
    const { workers, requester, challenger, judge, escrow } = stage;
    const { abi, bytecode } = await hre.artifacts.readArtifact("PanelArbiter");
    const members = [requester, challenger, judge]
      .map(addressOf)
      .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const hash = await judge.deployContract({
      ...{ abi: abi as unknown as Abi, bytecode: bytecode as Hex },
      args: [escrow.address, addressOf(judge), 2n, members],
    });
    const { contractAddress } = await hurry(judge.waitForTransactionReceipt({ hash }));
    const panel = { address: contractAddress as Address };
    expect(await getPanelArbiterParameters(judge, panel)).to.deep.equal({
      ...{ escrow: escrow.address, quorum: 2n, payee: addressOf(judge) },
    });
    expect(await isPanelMember(judge, { ...panel, member: addressOf(workers[0]) })).to.equal(false);
    for (const worker of workers) {
      await hurry(acceptArbiterSync(worker, { ...stage.computeRegistry, arbiter: panel.address }));
    }

    const mode = COMPUTE_MODES.indexOf("Quorum");
    const given = { mode, m: 2, n: 2, revealEpochs: 30, arbiter: panel.address };
    const before = await Promise.all(workers.map((worker) => stage.credit(worker, token)));
    const job = await post(given, workers);
    const { round } = await taskOf(job);
    const sealed = workers.map((worker, at) => ({
      ...{ jobId: job.id, task: 0, round, worker: addressOf(worker) },
      ...{ result: { root: ROOTS[at]! }, salt: randomSalt() },
    }));
    for (const [at, worker] of workers.entries()) {
      const seal = sealOf({ ...sealed[at]!, chainId: worker.chain.id, escrow: escrow.address });
      expect(await getSeal(worker, { ...escrow, ...sealed[at]! })).to.equal(seal);
      await hurry(sealTaskSync(worker, { ...escrow, job, task: 0, seal }));
      expect(await getSlot(worker, { ...escrow, jobId: job.id, task: 0, slot: at })).to.include({
        ...{ status: "Sealed", answer: seal },
      });
    }
    const { result, salt } = sealed[1]!;
    const stolen = await refusal(openTaskSync(workers[0], { ...escrow, job, task: 0, result, salt }));
    expect(stolen.revert.errorName).to.equal("ComputeSealMismatch");
    for (const [at, worker] of workers.entries()) {
      const { result, salt } = sealed[at]!;
      await hurry(openTaskSync(worker, { ...escrow, job, task: 0, result, salt }));
    }
    expect((await taskOf(job)).state).to.equal("Disputed");

    const ruling = { jobId: job.id, task: 0, round, root: ROOTS[1] };
    const domain = await getPanelDomain(judge, panel);
    expect(await getRulingDigest(judge, { ...panel, ...ruling })).to.equal(
      hashTypedData(arbiterRulingTypedData({ ...ruling, ...domain })),
    );
    const signatures = await Promise.all(
      [challenger, requester].map(async (party) => ({
        signer: addressOf(party),
        signature: await signArbiterRuling(party, { ...ruling, panel: panel.address }),
      })),
    );
    const rule = { ...panel, job, task: 0, round, root: ROOTS[1] };
    const other = await refusal(ruleAsPanelSync(judge, { ...rule, root: ROOTS[0], signatures }));
    expect(other.revert.errorName).to.equal("ArbiterSignatureInvalid");
    await hurry(ruleAsPanelSync(judge, { ...rule, signatures }));
    expect((await taskOf(job)).state).to.equal("Accepted");
    const gained = await Promise.all(
      workers.map(async (worker, at) => (await stage.credit(worker, token)) - before[at]!),
    );
    expect(gained).to.deep.equal([0n, 2n * TOKEN]);
    expect(await stage.credit(panel.address, token)).to.equal(FEE);
    const asked = { ...stage.computeRegistry, worker: addressOf(workers[0]), token };
    expect((await getStake(judge, asked)).free).to.equal(4n * STAKE - STAKE / 4n);
    expect(await getCollectableStake(judge, { ...stage.computeRegistry, token })).to.equal(STAKE / 4n);
  });

  it("Optimistic from credit, for workers on a list: the fallback rules as a plain account", async () => {
    const { workers, requester, challenger, escrow } = stage;
    const allowed = workersTree([addressOf(workers[1]), addressOf(requester)]);
    const params = stage.params({
      token,
      tasks: 2,
      workerRoot: allowed.root,
      auditBps: 10_000,
      stake: STAKE,
    });
    await stage.approve(requester, escrow.address);
    const amount = jobCost(params) - (await stage.credit(requester, token));
    const deposited = await hurry(depositComputeCreditSync(requester, { ...escrow, token, amount }));
    expect(deposited.event.args.amount).to.equal(amount);
    const before = await stage.balance(requester, token);
    const { event } = await hurry(
      createJobSync(requester, { ...escrow, params, specCid: "0x", fromCredit: true }),
    );
    expect(await stage.balance(requester, token)).to.equal(before);
    expect(await stage.credit(requester, token)).to.equal(0n);
    const job = jobOf(event);
    expect(await getJobCount(requester, escrow)).to.equal(job.id);
    const call = { ...escrow, job, tasks: [0, 1] };
    expect((await refusal(acceptTasksSync(workers[0], call))).revert.errorName).to.equal("ComputeNotAllowed");
    const allowProof = allowed.proofOf(addressOf(workers[1]));
    await hurry(acceptTasksSync(workers[1], { ...call, allowProof }));
    const results = [0, 1].map((task) => ({ task, root: ROOTS[0] }));
    await hurry(submitTasksSync(workers[1], { ...escrow, job, results }));
    const paid = await stage.credit(workers[1], token);
    await hurry(approveTasksSync(requester, { ...escrow, job, tasks: [1] }));
    expect((await stage.credit(workers[1], token)) - paid).to.equal(2n * TOKEN);

    // Every task is drawn for audit; the arbiter is silent, then the fallback has its window.
    await finish(job, 31n);
    const early = await refusal(ruleTaskSync(challenger, { ...escrow, job, task: 0, root: ROOTS[0] }));
    expect(early.revert.errorName).to.equal("ComputeNotArbiter");
    await finish(job, 241n);
    expect(await taskOf(job)).to.include({ state: "Disputed", onFallback: true });
    const root = RULINGS.NONDETERMINISTIC;
    const ruled = await hurry(ruleTaskSync(challenger, { ...escrow, job, task: 0, root }));
    expect(ruled.event.args.root).to.equal(root);
    expect((await taskOf(job)).state).to.equal("Settled");
    expect((await stage.credit(workers[1], token)) - paid).to.equal(4n * TOKEN);
    expect(await stage.credit(challenger, token)).to.equal(FEE);
  });

  it("withdraw in USDFC, which fetches what was slashed", async () => {
    const { workers, requester, challenger, escrow, computeRegistry } = stage;
    for (const party of [workers[1], workers[0], requester, challenger]) {
      const [owed, before] = [await stage.credit(party, token), await stage.balance(party, token)];
      const withdrawal = { ...escrow, token, to: addressOf(party) };
      const { event } = await hurry(withdrawComputeCreditSync(party, withdrawal));
      expect(event.args.amount).to.equal(owed);
      expect((await stage.balance(party, token)) - before).to.equal(owed);
    }
    expect(await getCollectableStake(requester, { ...computeRegistry, token })).to.equal(0n);
    const again = await refusal(
      withdrawComputeCreditSync(requester, { ...escrow, token, to: addressOf(requester) }),
    );
    expect(again.revert.errorName).to.equal("ComputeCreditZero");
    // What is left is the panel's.
    const panelled = await stage.balance(escrow.address, token);
    expect(panelled).to.equal(FEE);
  });

  it("have windows that the contract takes, for each chain and mode", async () => {
    const { requester, escrow } = stage;
    const modes = [
      { mode: 0 },
      { mode: 1, n: 3, m: 2 },
      { mode: 2, attestors: attestorsOf({ k: 1, signers: [addressOf(requester)] }) },
    ];
    for (const { id } of Object.values(chains)) {
      for (const given of modes) {
        const windows = jobWindowsFor(id, { workEpochs: 20, mode: given.mode });
        const params = stage.params({ ...given, ...windows });
        const call = createJobCall(requester, { ...escrow, params, specCid: "0x" });
        const cost = await estimateCost(requester, { ...call, account: requester.account });
        expect(cost.value).to.equal(jobCost(params));
        if (id !== chains.devnet.id) {
          for (const epochs of Object.values(windows)) expect(epochs === 0 || epochs >= 20).to.equal(true);
        }
      }
    }
  });

  it("seal and commit to what the contract does, whatever it is", async () => {
    const { judge, escrow } = stage;
    const where = { chainId: judge.chain.id, escrow: escrow.address };
    const bytes = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((value) => toHex(value));
    const given = fc.record({
      ...{ jobId: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), task: fc.nat(65_535), round: fc.nat(255) },
      ...{ who: bytes(20), root: bytes(32), piece: bytes(32), salt: bytes(32) },
    });
    const check = fc.asyncProperty(given, async ({ who, root, piece, ...rest }) => {
      const seal = { ...rest, worker: who, result: { root, piece } };
      expect(sealOf({ ...seal, ...where })).to.equal(await getSeal(judge, { ...escrow, ...seal }));
      const claim = { ...rest, challenger: who, root };
      expect(challengeCommitmentOf({ ...claim, ...where })).to.equal(
        await getChallengeCommitment(judge, { ...escrow, ...claim }),
      );
    });
    await fc.assert(check, { numRuns: 50, seed: 2026 });
  });

  it("tell what the deployment fixed", async () => {
    const { judge, escrow, arbiter, computeRegistry, deals } = stage;
    expect(await getComputeParameters(judge, escrow)).to.deep.include({
      ...{ registry: computeRegistry.address, deals: deals.on.deals.address },
      ...{ minWindow: 1n, namingEpochs: 20n },
    });
    expect(await getSingleArbiterParameters(judge, arbiter)).to.deep.equal({
      ...{ escrow: escrow.address, judge: addressOf(judge), payee: addressOf(judge) },
    });
  });
});
