import { credit, unlock } from "./money.ts";
import { type Job, least, type Slot, type State, share, type Task, type World } from "./records.ts";

/** The epoch's randomness; whoever runs the model says what it is. */
export type Draw = (jobId: number, task: number, epoch: number) => bigint;

/** The most that one task can cost its requester. */
export function budgetOf({ terms }: Pick<Job, "terms">): bigint {
  return BigInt(terms.n) * (terms.maxPrice + share(terms.maxPrice, terms.coordinatorBps)) + terms.arbiterFee;
}

export const isIn = ({ status }: Slot): boolean => status !== "Out";
export const rootOf = ({ slots, winner }: Task): bigint | undefined => slots[winner]?.result?.root;

/** Pays whom the end allows, frees every stake; what the budget has left is the requester's. */
export function finish(world: World, job: Job, task: Task, end: State, spent: bigint): void {
  const { terms } = job;
  const root = end === "Accepted" ? rootOf(task) : undefined;
  let left = budgetOf(job) - spent;
  let coordinated = 0n;
  for (const slot of task.slots.filter(isIn)) {
    if (end === "Settled" || (root !== undefined && slot.result?.root === root)) {
      const waits = root === undefined ? 0n : share(slot.price, terms.holdbackBps);
      if (root !== undefined) coordinated += share(slot.price, terms.coordinatorBps);
      if (waits > 0n) Object.assign(task, { isHeld: true, deadline: world.epoch + terms.holdbackEpochs });
      left -= slot.price;
      credit(world, terms.token, slot.worker, slot.price - waits);
    }
    unlock(world, job, slot.worker, 0n);
  }
  if (coordinated > 0n) credit(world, terms.token, "cora", coordinated);
  if (left < coordinated) throw new Error("a task costs more than its budget");
  credit(world, terms.token, job.requester, left - coordinated);
  task.state = end;
}

/** What waited for a deal on the result, to whoever it is for: the slots with the root that stands. */
export function shares(job: Job, task: Task): { slot: Slot; amount: bigint }[] {
  return task.slots
    .filter((slot) => isIn(slot) && slot.result?.root === rootOf(task))
    .map((slot) => ({ slot, amount: share(slot.price, job.terms.holdbackBps) }));
}

export function nextRound(world: World, job: Job, task: Task, spent: bigint) {
  if (task.round + 1 >= job.terms.maxRounds) return finish(world, job, task, "Refunded", spent);
  for (const slot of task.slots.filter(isIn)) unlock(world, job, slot.worker, 0n);
  Object.assign(task, { state: "Open", round: task.round + 1, since: world.epoch });
  Object.assign(task, { slots: [], winner: 0, onFallback: false });
  delete task.submitted;
  delete task.challenge;
}

/** What slashes of one event took, and what the slashed would have earned. */
export interface Penalty {
  lost: bigint;
  prices: bigint;
}

export function slash(world: World, job: Job, slots: [slot: Slot, lost: bigint][]): Penalty {
  const penalty = { lost: 0n, prices: 0n };
  for (const [slot, lost] of slots) {
    slot.status = "Out";
    unlock(world, job, slot.worker, lost);
    penalty.lost += lost;
    penalty.prices += slot.price;
  }
  return penalty;
}

/** To the requester at most the prices; the rest burns. */
export function sharePenalty(world: World, { terms, requester }: Job, { lost, prices }: Penalty): void {
  const toRequester = least(lost, prices);
  credit(world, terms.token, requester, toRequester);
  credit(world, terms.token, "burnt", lost - toRequester);
}

/* TIME */

/** Every deadline that has passed. */
export function applyTime(world: World, job: Job, index: number, draw: Draw): void {
  while (step(world, job, index, draw)) {}
}

function step(world: World, job: Job, index: number, draw: Draw): boolean {
  const { terms } = job;
  const task = job.tasks[index]!;
  if (task.state === "Open") return closeSlots(world, job, task);
  const allOpened =
    task.state === "Revealing" && task.slots.every(({ hasSealed, hasOpened }) => hasSealed === hasOpened);
  if (world.epoch <= task.deadline && !allOpened) return false;
  switch (task.state) {
    case "Assigned":
      miss(world, job, task);
      return true;
    case "Revealing":
      tally(world, job, task);
      return true;
    case "Submitted": {
      const isDrawn =
        terms.auditBps > 0 && draw(job.id, index, task.submitted! + 2) % 10_000n < BigInt(terms.auditBps);
      if (isDrawn) dispute(world, job, task);
      else finish(world, job, task, "Accepted", 0n);
      return true;
    }
    case "Challenged":
      dispute(world, job, task);
      return true;
    case "Disputed":
      if (!task.onFallback) {
        task.onFallback = true;
        dispute(world, job, task);
      } else {
        // Nobody ruled: bonds return, and workers are paid.
        if (task.challenge) credit(world, terms.token, task.challenge.by, terms.challengeBond);
        finish(world, job, task, task.submitted === undefined ? "Settled" : "Accepted", 0n);
      }
      return true;
    case "Accepted":
      if (!task.isHeld) return false;
      task.isHeld = false;
      for (const { amount } of shares(job, task)) credit(world, terms.token, job.requester, amount);
      return true;
    default:
      return false;
  }
}

function closeSlots(world: World, job: Job, task: Task): boolean {
  const { terms } = job;
  const acceptBy = task.since + terms.acceptEpochs;
  if (world.epoch <= acceptBy) return false;
  if (task.slots.length < terms.m) finish(world, job, task, "Refunded", 0n);
  else if (task.slots.every(({ hasSealed }) => hasSealed)) reveal(world, job, task);
  else Object.assign(task, { state: "Assigned", deadline: acceptBy + terms.execEpochs });
  return true;
}

export function reveal(world: World, { terms }: Job, task: Task): void {
  Object.assign(task, { state: "Revealing", deadline: world.epoch + terms.revealEpochs });
}

/** No-shows lose a quarter: first to those who sealed in vain, up to their prices. */
function miss(world: World, job: Job, task: Task) {
  const { terms } = job;
  const penalty = noShows(world, job, task, "Taken");
  const sealers = task.slots.filter(({ status }) => status === "Sealed");
  if (sealers.length >= terms.m) {
    sharePenalty(world, job, penalty);
    return reveal(world, job, task);
  }
  const each = sealers.length === 0 ? 0n : penalty.lost / BigInt(sealers.length);
  for (const { worker, price } of sealers) {
    const amount = least(each, price);
    penalty.lost -= amount;
    credit(world, terms.token, worker, amount);
  }
  sharePenalty(world, job, penalty);
  nextRound(world, job, task, 0n);
}

function noShows(world: World, job: Job, task: Task, idle: "Taken" | "Sealed"): Penalty {
  const late = task.slots.filter(({ status }) => status === idle);
  return slash(
    world,
    job,
    late.map((slot) => [slot, job.terms.stake / 4n]),
  );
}

function tally(world: World, job: Job, task: Task) {
  sharePenalty(world, job, noShows(world, job, task, "Sealed"));
  const opened = task.slots.filter(({ status }) => status === "Opened");
  if (opened.length === 0) return nextRound(world, job, task, 0n);
  const pieceOf = ({ result }: Slot) => (job.terms.holdbackBps > 0 ? result!.piece : 0n);
  const winner = task.slots.findIndex((slot) => {
    const equal = opened.filter(
      (other) => other.result!.root === slot.result?.root && pieceOf(other) === pieceOf(slot),
    );
    return slot.status === "Opened" && equal.length >= job.terms.m;
  });
  if (winner < 0) return dispute(world, job, task);
  task.winner = winner;
  submitted(world, job, task);
}

export function submitted(world: World, { terms }: Job, task: Task): void {
  const window = Math.max(terms.challengeEpochs, 3);
  Object.assign(task, { state: "Submitted", submitted: world.epoch, deadline: world.epoch + window });
}

export function dispute(world: World, { terms }: Job, task: Task): void {
  Object.assign(task, { state: "Disputed", deadline: world.epoch + terms.arbitrationEpochs });
}
