import { type JobParams, RULINGS } from "@holdfast/sdk";
import { expect } from "chai";
import type { Address, Hex } from "viem";
import { decideAudit, decideRuling, decideWork, keyOf, rulingOf } from "./decide.ts";
import type { AuditorState, JobView, RoundKey, TaskView, WorkerJob, WorkerState } from "./state.ts";

const address = (digit: number): Address => `0x${`${digit}`.repeat(40)}`;
const root = (digit: number): Hex => `0x${`${digit}`.repeat(64)}`;
const [ME, OTHER, ARBITER, FALLBACK] = [address(1), address(2), address(3), address(4)];
const WITNESS = { copyId: 256n, inputProof: [root(7)] };

function task(given: Partial<TaskView> = {}): TaskView {
  return {
    ...{ task: 0, state: "Open", round: 0, deadline: 100n, localUntil: 0n, worker: undefined },
    ...{ root: undefined, piece: undefined, dataCid: undefined, challenger: undefined },
    ...{ named: false, onFallback: false },
    ...given,
  };
}

function job(tasks: TaskView[], params: Partial<JobParams> = {}, id = 1n): JobView {
  const given = { mode: 0, stake: 10n, arbiter: ARBITER, fallbackArbiter: FALLBACK, ...params };
  return { job: { id, requester: OTHER, created: 1n, specCid: "0x", params: given as JobParams }, tasks };
}

function known(view: JobView, given: Partial<WorkerJob> = {}): WorkerJob {
  return {
    ...view,
    ...{ fitness: "fit", prices: new Map(view.tasks.map((one) => [one.task, 5n])), freeStake: 10n },
    ...{ witnesses: new Map(), ready: new Set<RoundKey>() },
    ...given,
  };
}

const POLICY = { maxTasks: 2, minPrice: 5n };
const work = (jobs: WorkerJob[], epoch = 50n, policy = POLICY) => {
  const state: WorkerState = { epoch, worker: ME, jobs };
  return decideWork(state, policy);
};
const kinds = (intents: readonly { kind: string }[]) => intents.map(({ kind }) => kind);

describe("what a worker decides", () => {
  it("looks at a job before it takes anything of it, and takes nothing of one that it refused", () => {
    expect(work([known(job([task()]), { fitness: undefined })])).to.deep.equal([
      { kind: "examine", jobId: 1n },
    ]);
    expect(work([known(job([task()]), { fitness: { refusal: "no" } })])).to.deep.equal([]);
    expect(work([known(job([task()], { mode: 1 }), { fitness: undefined })])).to.deep.equal([]);
  });

  it("takes one task at a time, and none beyond its limit, its stake, its price or the window", () => {
    const open = known(job([task(), task({ task: 1 })]));
    const accept = { kind: "accept", jobId: 1n, task: 0, witness: undefined };
    expect(work([open])).to.deep.equal([accept]);
    const busy = known(
      job(
        [0, 1].map((at) => task({ task: at, state: "Assigned", worker: ME })),
        {},
        2n,
      ),
      { ready: new Set<RoundKey>() },
    );
    expect(kinds(work([busy, open]))).to.deep.equal(["run", "run"]);
    expect(work([{ ...open, freeStake: 9n }])).to.deep.equal([]);
    expect(work([open], 50n, { ...POLICY, minPrice: 6n })).to.deep.equal([]);
    expect(work([open], 99n)).to.deep.equal([accept]);
    expect(kinds(work([open], 100n))).to.deep.equal([]);
  });

  it("takes what it stores first, and in the locality window nothing else", () => {
    const local = [task({ localUntil: 60n }), task({ task: 1, localUntil: 60n })];
    const witnesses = new Map([[1, WITNESS]]);
    const accepted = (epoch: bigint, given: Partial<WorkerJob>) => work([known(job(local), given)], epoch);
    expect(accepted(60n, {})).to.deep.equal([]);
    expect(accepted(60n, { witnesses })).to.deep.equal([
      { kind: "accept", jobId: 1n, task: 1, witness: WITNESS },
    ]);
    expect(accepted(61n, {})).to.deep.equal([{ kind: "accept", jobId: 1n, task: 0, witness: undefined }]);
  });

  it("takes the best paid of several jobs", () => {
    const [cheap, dear] = [
      known(job([task()])),
      known(job([task()], {}, 2n), { prices: new Map([[0, 9n]]) }),
    ];
    expect(work([cheap, dear])).to.deep.equal([{ kind: "accept", jobId: 2n, task: 0, witness: undefined }]);
  });

  it("runs what it took, submits what is ready while there is time, and pokes its own past deadlines", () => {
    const mine = job([task({ state: "Assigned", worker: ME, round: 2 })]);
    const id = { jobId: 1n, task: 0, round: 2 };
    expect(work([known(mine)])).to.deep.equal([{ kind: "run", ...id }]);
    const ready = new Set([keyOf(1n, { task: 0, round: 2 })]);
    expect(work([known(mine, { ready })])).to.deep.equal([{ kind: "submit", ...id }]);
    // The same task in another round is another result.
    const again = job([task({ state: "Assigned", worker: ME, round: 3 })]);
    expect(kinds(work([known(again, { ready })]))).to.deep.equal(["run"]);
    expect(kinds(work([known(mine, { ready })], 100n))).to.deep.equal([]);
    const over = job([
      task({ state: "Submitted", worker: ME }),
      task({ task: 1, state: "Submitted", worker: OTHER }),
      task({ task: 2, state: "Accepted", worker: ME }),
    ]);
    expect(work([known(over)], 101n)).to.deep.equal([{ kind: "poke", jobId: 1n, tasks: [0] }]);
    expect(work([known(over)], 100n)).to.deep.equal([]);
  });
});

describe("what an auditor decides", () => {
  const submitted = job([task({ state: "Submitted", worker: OTHER, root: root(1) })]);
  const key = keyOf(1n, { task: 0, round: 0 });
  const audit = (view: JobView, given: Partial<AuditorState> = {}, share = 0.5) => {
    const base = { epoch: 50n, auditor: ME, jobs: [view], roots: new Map(), chances: new Map([[key, 0.4]]) };
    return decideAudit({ ...base, ...given }, { share });
  };
  const id = { jobId: 1n, task: 0, round: 0 };

  it("runs the drawn share of what is submitted again, and challenges nothing but another root", () => {
    expect(audit(submitted)).to.deep.equal([{ kind: "rerun", ...id }]);
    expect(audit(submitted, {}, 0.4)).to.deep.equal([]);
    expect(audit(submitted, { chances: new Map() })).to.deep.equal([]);
    expect(audit(submitted, { roots: new Map([[key, root(1)]]) })).to.deep.equal([]);
    expect(audit(submitted, { roots: new Map([[key, undefined]]) })).to.deep.equal([]);
    const roots = new Map([[key, root(2)]]);
    expect(audit(submitted, { roots })).to.deep.equal([{ kind: "lock", ...id, root: root(2) }]);
    expect(audit(submitted, { roots, epoch: 100n })).to.deep.equal([]);
  });

  it("names its own challenge, once and in time, and nobody else's", () => {
    const roots = new Map([[key, root(2)]]);
    const challenged = (given: Partial<TaskView>) =>
      job([task({ state: "Challenged", worker: OTHER, root: root(1), challenger: ME, ...given })]);
    expect(audit(challenged({}), { roots })).to.deep.equal([{ kind: "name", ...id }]);
    expect(audit(challenged({ named: true }), { roots })).to.deep.equal([]);
    expect(audit(challenged({ challenger: OTHER }), { roots })).to.deep.equal([]);
    expect(kinds(audit(challenged({}), { roots, epoch: 101n }))).to.deep.equal(["poke"]);
  });

  it("pokes every passed deadline", () => {
    expect(audit(submitted, { epoch: 101n })).to.deep.equal([{ kind: "poke", jobId: 1n, tasks: [0] }]);
  });
});

describe("what an arbiter decides", () => {
  const disputed = (given: Partial<TaskView> = {}) =>
    job([task({ state: "Disputed", root: root(1), ...given })]);
  const right = { runs: { root: root(2) }, shown: true };
  const ruling = (view: JobView, examined: boolean, arbiter = ARBITER, epoch = 50n) => {
    const examinations = new Map(examined ? [[keyOf(1n, { task: 0, round: 0 }), right]] : []);
    return decideRuling({ epoch, arbiter, jobs: [view], examinations });
  };
  const id = { jobId: 1n, task: 0, round: 0 };

  it("examines first, then rules, in its own window and nobody else's", () => {
    expect(ruling(disputed(), false)).to.deep.equal([{ kind: "examine", ...id }]);
    expect(ruling(disputed(), true)).to.deep.equal([{ kind: "rule", ...id, root: root(2) }]);
    expect(ruling(disputed(), true, FALLBACK)).to.deep.equal([]);
    expect(ruling(disputed({ onFallback: true }), true)).to.deep.equal([]);
    expect(ruling(disputed({ onFallback: true }), true, FALLBACK)).to.have.length(1);
    expect(ruling(disputed(), true, ARBITER, 101n)).to.deep.equal([]);
    expect(ruling(disputed({ state: "Submitted" }), true)).to.deep.equal([]);
  });

  it("states the root that its runs agree on, and a reserved one where they come to none", () => {
    const { NONDETERMINISTIC, INCOMPLETE, WITHHELD } = RULINGS;
    const runs = { root: root(2) };
    expect(rulingOf({ runs, shown: true }, root(2))).to.equal(root(2));
    // Who lies about the root is wrong whether or not it shows bytes.
    expect(rulingOf({ runs, shown: false }, root(1))).to.equal(root(2));
    expect(rulingOf({ runs, shown: false }, root(2))).to.equal(WITHHELD);
    expect(rulingOf({ runs: "nondeterministic", shown: true }, root(2))).to.equal(NONDETERMINISTIC);
    expect(rulingOf({ runs: "incomplete", shown: true }, root(2))).to.equal(INCOMPLETE);
    expect(rulingOf({ runs: "unavailable", shown: true }, root(2))).to.equal(WITHHELD);
  });
});
