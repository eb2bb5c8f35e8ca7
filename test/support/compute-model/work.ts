import type { Accept, Attestation } from "./actions.ts";
import {
  applyTime,
  type Draw,
  dispute,
  finish,
  isIn,
  nextRound,
  reveal,
  rootOf,
  shares,
  slash,
  submitted,
} from "./ends.ts";
import { credit, unlock } from "./money.ts";
import {
  type Commitment,
  type Job,
  least,
  type Party,
  type Result,
  RULING,
  refuse,
  require,
  type Seal,
  SIGNERS,
  type Slot,
  type Task,
  type World,
} from "./records.ts";
import { controls, lock, operatorOf } from "./registry.ts";

/** One call on tasks of a job. */
export interface Call {
  world: World;
  by: Party;
  job: Job;
  draw: Draw;
}

const ALLOWED: readonly Party[] = ["anna", "ben"];
/** Which task reads the piece. */
export const INPUTS: Readonly<Record<string, number>> = { 100: 0, 101: 1 };

export function taskOf({ job }: Call, index: number): Task {
  return job.tasks[index] ?? refuse("ComputeTaskUnknown");
}

function inState(task: Task, state: Task["state"]): void {
  require(task.state === state, "ComputeWrongState");
}

function inTime({ world }: Call, task: Task): void {
  require(world.epoch <= task.deadline, "ComputeTooLate");
}

function slotOf({ by }: Call, task: Task): Slot {
  return task.slots.find(({ worker }) => worker === by) ?? refuse("ComputeNotWorker");
}

function keep({ job }: Call, slot: Slot, result: Result): void {
  require(result.root >= 16n, "ComputeRootReserved");
  require(job.terms.holdbackBps === 0 || result.piece !== 0n, "ComputePieceMissing");
  slot.result = result;
}

/** minPrice through the locality window; then it rises. */
export function priceOf({ terms }: Job, elapsed: number): bigint {
  const { minPrice, maxPrice, rampEpochs, localEpochs } = terms;
  if (localEpochs > 0 && elapsed <= localEpochs) return minPrice;
  const risen = elapsed - localEpochs;
  if (risen >= rampEpochs) return maxPrice;
  return minPrice + ((maxPrice - minPrice) * BigInt(risen)) / BigInt(rampEpochs);
}

export function accept(call: Call, { tasks, copyId, proves }: Accept) {
  const { world, by, job, draw } = call;
  const { terms } = job;
  require(!terms.isAllowList || (proves.includes("allowed") && ALLOWED.includes(by)), "ComputeNotAllowed");
  for (const index of tasks) {
    const task = taskOf(call, index);
    if (task.slots.length > 0 || task.state !== "Open") applyTime(world, job, index, draw);
    inState(task, "Open");
    require(world.epoch <= task.since + terms.acceptEpochs, "ComputeTooLate");
    require(!task.releasedBy.includes(by), "ComputeReleasedBefore");
    const operators = task.slots.map(({ worker }) => operatorOf(world, worker));
    const isTwice =
      task.slots.some(({ worker }) => worker === by) || operators.includes(operatorOf(world, by));
    require(!isTwice, "ComputeOperatorTwice");
    if (terms.localEpochs > 0 && world.epoch <= task.since + terms.localEpochs) {
      require(copyId !== 0, "ComputeNotLocal");
      const copy = world.copies[copyId];
      if (!copy?.isLive) return refuse("ComputeCopyNotLive");
      const reads = INPUTS[String(copy.piece)] === index && proves.includes("input");
      require(reads, "ComputeInputNotProven");
      require(controls(world, by, copy.provider), "ComputeNotLocal");
    }
    const price = priceOf(job, world.epoch - task.since);
    task.slots.push({ worker: by, price, status: "Taken", hasSealed: false, hasOpened: false });
    if (task.slots.length === terms.n) {
      Object.assign(task, { state: "Assigned", deadline: world.epoch + terms.execEpochs });
    }
  }
  lock(world, by, job, tasks.length);
}

export function release(call: Call, tasks: number[]): void {
  const { world, by, job } = call;
  const cost = job.terms.stake / 64n;
  for (const index of tasks) {
    const task = taskOf(call, index);
    inState(task, "Assigned");
    const until = task.deadline - Math.floor((job.terms.execEpochs * 9) / 10);
    require(world.epoch <= until, "ComputeTooLate");
    const slot = slotOf(call, task);
    require(slot.status === "Taken", "ComputeWrongState");
    unlock(world, job, by, cost);
    credit(world, job.terms.token, job.requester, cost);
    const last = task.slots.pop()!;
    if (last !== slot) task.slots[task.slots.indexOf(slot)] = last;
    task.releasedBy.push(by);
    task.state = "Open";
  }
}

export function submit(call: Call, tasks: number[], results: Result[]): void {
  require(tasks.length === results.length, "ComputeLengthsDiffer");
  require(call.job.terms.mode !== "Quorum", "ComputeWrongMode");
  for (const [nth, index] of tasks.entries()) {
    const task = taskOf(call, index);
    inState(task, "Assigned");
    inTime(call, task);
    require(task.slots[0]!.worker === call.by, "ComputeNotWorker");
    keep(call, task.slots[0]!, results[nth]!);
    submitted(call.world, call.job, task);
  }
}

export function seal(call: Call, index: number, given: Seal | undefined) {
  if (given === undefined) return refuse("ComputeSealEmpty");
  require(call.job.terms.mode === "Quorum", "ComputeWrongMode");
  const task = taskOf(call, index);
  applyTime(call.world, call.job, index, call.draw);
  inState(task, "Assigned");
  const slot = slotOf(call, task);
  require(slot.status === "Taken", "ComputeWrongState");
  Object.assign(slot, { status: "Sealed", hasSealed: true, seal: given });
  if (task.slots.every(({ hasSealed }) => hasSealed)) reveal(call.world, call.job, task);
}

export function open(call: Call, index: number, result: Result, salt: bigint): void {
  const { world, by, job, draw } = call;
  const task = taskOf(call, index);
  applyTime(world, job, index, draw);
  inState(task, "Revealing");
  const slot = slotOf(call, task);
  require(slot.status === "Sealed", "ComputeWrongState");
  const wanted = { jobId: job.id, task: index, round: task.round, worker: by, ...result, salt };
  require(same(slot.seal!, wanted), "ComputeSealMismatch");
  keep(call, slot, result);
  Object.assign(slot, { status: "Opened", hasOpened: true });
  applyTime(world, job, index, draw);
}

function same(a: Seal | Commitment, b: Seal | Commitment): boolean {
  const words = (given: object) =>
    JSON.stringify(
      Object.entries(given)
        .map(([key, value]) => [key, String(value)])
        .sort(),
    );
  return words(a) === words(b);
}

export function releaseHoldback(call: Call, index: number, copyId: number) {
  const { world, job } = call;
  const task = taskOf(call, index);
  require(task.isHeld, "ComputeNothingHeld");
  inTime(call, task);
  const copy = world.copies[copyId];
  if (!copy?.isLive) return refuse("ComputeCopyNotLive");
  require(copy.piece === task.slots[task.winner]!.result!.piece, "ComputePieceMismatch");
  const end = copy.railEnd === 0 ? copy.end : Math.min(copy.end, copy.railEnd);
  require(end >= world.epoch + job.terms.holdbackTermEpochs, "ComputeTermTooShort");
  task.isHeld = false;
  for (const { slot, amount } of shares(job, task)) credit(world, job.terms.token, slot.worker, amount);
}

export function cancelOpen(call: Call, tasks: number[]): void {
  const { world, job, draw } = call;
  require(call.by === job.requester, "ComputeNotRequester");
  for (const index of tasks) {
    const task = taskOf(call, index);
    applyTime(world, job, index, draw);
    inState(task, "Open");
    require(task.slots.length === 0, "ComputeTaskHasWorkers");
    finish(world, job, task, "Refunded", 0n);
  }
}

export function approve(call: Call, tasks: number[]): void {
  require(call.by === call.job.requester, "ComputeNotRequester");
  for (const index of tasks) {
    const task = taskOf(call, index);
    inState(task, "Submitted");
    finish(call.world, call.job, task, "Accepted", 0n);
  }
}

/** The caller then takes the bond. */
export function lockChallenge(call: Call, index: number, commitment: Commitment): void {
  const task = taskOf(call, index);
  inState(task, "Submitted");
  inTime(call, task);
  task.challenge = { by: call.by, commitment };
  Object.assign(task, { state: "Challenged", deadline: call.world.epoch + 20 });
}

export function nameChallenge(call: Call, index: number, root: bigint, salt: bigint): void {
  const { world, by, job } = call;
  const task = taskOf(call, index);
  inState(task, "Challenged");
  inTime(call, task);
  const challenge = task.challenge!;
  require(challenge.by === by, "ComputeNotChallenger");
  const wanted = { jobId: job.id, task: index, round: task.round, challenger: by, root, salt };
  require(same(challenge.commitment, wanted), "ComputeCommitmentMismatch");
  require(root === RULING.withheld || root >= 16n, "ComputeRootReserved");
  require(root !== rootOf(task), "ComputeChallengeAgrees");
  challenge.named = root;
  dispute(world, job, task);
}

export function attest(call: Call, index: number, given: Attestation): void {
  const { world, job } = call;
  const { terms } = job;
  require(terms.mode === "Attested", "ComputeWrongMode");
  const task = taskOf(call, index);
  inState(task, "Submitted");
  const since = task.submitted!;
  require(world.epoch <= since + terms.attestEpochs, "ComputeTooLate");
  inTime(call, task);
  require(given.k === terms.k, "ComputeAttestorsMismatch");
  require(given.signatures.length === SIGNERS.length, "ComputeLengthsDiffer");
  require(world.epoch <= given.validUntil, "ComputeSignatureExpired");
  const valid = given.signatures.filter((kind) => kind === "valid").length;
  require(valid > 0 && valid >= terms.k, "ComputeSignaturesTooFew");
  task.deadline = Math.min(task.deadline, Math.max(world.epoch + terms.attestEpochs, since + 3));
}

export function rule(call: Call, index: number, root: bigint) {
  const { world, by, job } = call;
  const { terms } = job;
  const task = taskOf(call, index);
  inState(task, "Disputed");
  require(by === (task.onFallback ? "fallback" : "arbiter"), "ComputeNotArbiter");
  inTime(call, task);
  require(root >= 16n || (root >= 1n && root <= 4n), "ComputeRootReserved");
  const pay = (to: Party, amount: bigint) => credit(world, terms.token, to, amount);
  const fee = terms.arbiterFee;
  pay(by, fee);
  const { challenge } = task;
  if (root === RULING.nondeterministic || root === RULING.unavailable || root === RULING.incomplete) {
    const bondPays = challenge !== undefined && challenge.named === undefined;
    if (challenge) pay(challenge.by, terms.challengeBond - (bondPays ? fee : 0n));
    const end = root === RULING.incomplete ? "Refunded" : "Settled";
    return finish(world, job, task, end, bondPays ? 0n : fee);
  }
  judge(call, task, root, pay);
}

/** Whose root is not the ruled one is slashed. The ruling is paid from the slash, else the bond, else the budget. */
function judge(call: Call, task: Task, root: bigint, pay: (to: Party, amount: bigint) => void) {
  const { world, job } = call;
  const { arbiterFee: fee, challengeBond: bond, stake } = job.terms;
  const { challenge } = task;
  const provisional = task.submitted === undefined ? undefined : rootOf(task);
  const right = task.slots.filter((slot) => isIn(slot) && slot.result?.root === root);
  const wrong = task.slots.filter((slot) => isIn(slot) && slot.result?.root !== root);
  const stood = rootOf(task);
  const penalty = slash(
    world,
    job,
    wrong.map((slot) => {
      const isFull =
        root === RULING.withheld || (provisional !== undefined && slot.result?.root === provisional);
      return [slot, isFull ? stake : stake / 4n];
    }),
  );
  let fromBudget = 0n;
  if (challenge?.named === root) {
    const reward = least(2n * fee, penalty.lost - fee);
    penalty.lost -= fee + reward;
    pay(challenge.by, bond + reward);
  } else if (challenge !== undefined) {
    if (right.length > 0 && root === stood) {
      const each = (bond - fee) / BigInt(right.length);
      for (const { worker } of right) pay(worker, each);
      pay(right[0]!.worker, bond - fee - each * BigInt(right.length));
    } else pay(challenge.by, bond - fee);
  } else if (penalty.lost >= fee) penalty.lost -= fee;
  else fromBudget = fee;
  if (penalty.lost > 0n) {
    const toRequester = least(penalty.lost, penalty.prices);
    pay(job.requester, toRequester);
    pay("burnt", penalty.lost - toRequester);
  }
  if (right.length === 0) return nextRound(world, job, task, fromBudget);
  task.winner = task.slots.indexOf(right[0]!);
  finish(world, job, task, "Accepted", fromBudget);
}
