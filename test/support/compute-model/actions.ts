import { applyTime, budgetOf, type Draw } from "./ends.ts";
import { credit, creditOf, move, pull, push } from "./money.ts";
import {
  type Commitment,
  type Copy,
  type Holder,
  type Job,
  type Party,
  Refusal,
  type Result,
  refuse,
  require,
  type Seal,
  type Terms,
  type Token,
  type World,
} from "./records.ts";
import { confirm, register, set, stake, unbond, withdrawStake } from "./registry.ts";
import * as work from "./work.ts";

export interface Accept {
  tasks: number[];
  copyId: number;
  /** Which of the Merkle proofs are right. */
  proves: ("allowed" | "input")[];
}

export interface Attestation {
  k: number;
  validUntil: number;
  signatures: ("valid" | "another's" | "none")[];
}

interface Permit {
  isValid: boolean;
}

/** One message of one party. `isFalse`: of a job that never was like this. */
export type Action =
  | { kind: "createJob"; terms: Terms; value: bigint; cid: number; permit?: Permit }
  | { kind: "deposit"; token: Token; amount: bigint; value: bigint }
  | { kind: "withdraw"; token: Token; to: Holder }
  | { kind: "burn"; token: Token }
  | { kind: "send FIL" }
  | { kind: "send coins"; amount: bigint }
  | (JobAction & { jobId: number; isFalse: boolean })
  | { kind: "register"; operator: Party | "nobody"; endpoint: number }
  | { kind: "confirm"; worker: Party }
  | { kind: "acceptArbiter"; arbiter: Party; accepted: boolean }
  | { kind: "checkControl"; operator: Party; provider: number }
  | { kind: "stake"; worker: Party; token: Token; amount: bigint; value: bigint; permit?: Permit }
  | { kind: "unbond"; token: Token; amount: bigint }
  | { kind: "withdrawStake"; token: Token; to: Holder }
  | { kind: "control"; operator: Party; provider: number; does: boolean }
  | { kind: "store"; copyId: number; copy: Copy };

export type JobAction =
  | ({ kind: "accept" } & Accept)
  | { kind: "release" | "cancelOpen" | "approve" | "poke"; tasks: number[] }
  | { kind: "submit"; tasks: number[]; results: Result[]; cid: number }
  | { kind: "seal"; task: number; seal?: Seal }
  | { kind: "open"; task: number; result: Result; salt: bigint; cid: number }
  | { kind: "releaseHoldback"; task: number; copyId: number }
  | { kind: "lockChallenge"; task: number; commitment: Commitment; value: bigint }
  | { kind: "nameChallenge"; task: number; root: bigint; salt: bigint; cid: number }
  | { kind: "attest"; task: number; attestation: Attestation }
  | { kind: "rule"; task: number; root: bigint };

const MAX_CID = 128;

/** What becomes of the world in the next epoch, and the error's name if the message is refused. */
export function after(
  world: World,
  by: Party,
  action: Action,
  draw: Draw,
): { world: World; refusal?: string } {
  const next = structuredClone(world);
  next.epoch++;
  try {
    act(next, by, action, draw);
    return { world: next };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { world: { ...world, epoch: next.epoch }, refusal: error.name };
  }
}

function act(world: World, by: Party, action: Action, draw: Draw) {
  switch (action.kind) {
    case "createJob":
      return createJob(world, by, action);
    case "deposit":
      pull(world, by, "escrow", action);
      return credit(world, action.token, by, action.amount);
    case "withdraw":
      return withdraw(world, by, action.token, action.to);
    case "burn":
      return withdraw(world, "burnt", action.token, "burnt");
    case "send FIL":
      return refuse("FundsValueWrong");
    case "send coins":
      return move(world, "coin", by, "escrow", action.amount);
    case "register":
      return register(world, by, action.operator, action.endpoint);
    case "confirm":
      return confirm(world, by, action.worker);
    case "acceptArbiter":
      return set(world.accepted, `${by}>${action.arbiter}`, action.accepted);
    case "checkControl": {
      const entry = `${action.operator}>${action.provider}`;
      return set(world.controls, entry, world.controlling.includes(entry));
    }
    case "stake":
      if (action.permit) usePermit(world, by, "registry", action.token, action.amount, action.permit);
      return stake(world, by, action.worker, action);
    case "unbond":
      return unbond(world, by, action.token, action.amount);
    case "withdrawStake":
      return withdrawStake(world, by, action.token, action.to);
    case "control":
      return set(world.controlling, `${action.operator}>${action.provider}`, action.does);
    case "store":
      world.copies[action.copyId] = action.copy;
      return;
    default: {
      const job = world.jobs.find(({ id }) => id === action.jobId);
      if (job === undefined || action.isFalse) return refuse("ComputeJobUnknown");
      return actOnJob({ world, by, job, draw }, action);
    }
  }
}

function actOnJob(call: work.Call, action: JobAction) {
  if ("cid" in action) require(action.cid <= MAX_CID, "ComputeCidTooLong");
  switch (action.kind) {
    case "accept":
      return work.accept(call, action);
    case "release":
      return work.release(call, action.tasks);
    case "submit":
      return work.submit(call, action.tasks, action.results);
    case "seal":
      return work.seal(call, action.task, action.seal);
    case "open":
      return work.open(call, action.task, action.result, action.salt);
    case "releaseHoldback":
      return work.releaseHoldback(call, action.task, action.copyId);
    case "cancelOpen":
      return work.cancelOpen(call, action.tasks);
    case "approve":
      return work.approve(call, action.tasks);
    case "lockChallenge": {
      work.lockChallenge(call, action.task, action.commitment);
      const { token, challengeBond: amount } = call.job.terms;
      return pull(call.world, call.by, "escrow", { token, amount, value: action.value });
    }
    case "nameChallenge":
      return work.nameChallenge(call, action.task, action.root, action.salt);
    case "attest":
      return work.attest(call, action.task, action.attestation);
    case "rule":
      return work.rule(call, action.task, action.root);
    case "poke":
      for (const task of action.tasks) {
        work.taskOf(call, task);
        applyTime(call.world, call.job, task, call.draw);
      }
  }
}

function createJob(world: World, by: Party, action: Extract<Action, { kind: "createJob" }>): void {
  const { terms, value, permit } = action;
  const cost = costOf(terms);
  if (permit) usePermit(world, by, "escrow", terms.token, cost, permit);
  require(terms.invalid === undefined, "ComputeJobInvalid");
  require(action.cid <= MAX_CID, "ComputeCidTooLong");
  const credited = creditOf(world, terms.token, by);
  if (value === 0n && credited >= cost) credit(world, terms.token, by, -cost);
  else {
    require(terms.token !== "fil" || value !== 0n, "ComputeCreditTooSmall");
    pull(world, by, "escrow", { token: terms.token, amount: cost, value });
  }
  const since = world.epoch;
  const id = world.jobs.length + 1;
  const tasks = Array.from({ length: terms.tasks }, () => ({
    ...{ state: "Open" as const, round: 0, since, deadline: 0, winner: 0 },
    ...{ onFallback: false, isHeld: false, slots: [], releasedBy: [] },
  }));
  const job: Job = { id, requester: by, created: since, terms, tasks };
  world.jobs.push(job);
}

export function costOf(terms: Terms): bigint {
  return BigInt(terms.tasks) * budgetOf({ terms });
}

/** One that does not count is no error: the allowance decides. */
function usePermit(
  world: World,
  by: Party,
  spender: "escrow" | "registry",
  token: Token,
  amount: bigint,
  { isValid }: Permit,
): void {
  if (!isValid || token === "fil") return;
  world.allowances[spender][by] = amount;
  world.nonces[by] = (world.nonces[by] ?? 0) + 1;
}

function withdraw(world: World, by: Party, token: Token, to: Holder): void {
  const amount = creditOf(world, token, by);
  require(amount > 0n, "ComputeCreditZero");
  credit(world, token, by, -amount);
  // What slashes took comes from the registry first.
  move(world, token, "registry", "escrow", world.slashed[token]);
  world.slashed[token] = 0n;
  push(world, token, "escrow", to, amount);
}
