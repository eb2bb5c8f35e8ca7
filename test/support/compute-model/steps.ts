import type { Action, JobAction } from "./actions.ts";
import { costOf } from "./actions.ts";
import {
  type Job,
  PARTIES,
  type Party,
  REQUESTERS,
  SIGNERS,
  type Task,
  TOKENS,
  type Token,
  WORKERS,
  type World,
} from "./records.ts";
import { termsOf } from "./terms.ts";

/** What happens next: a message, or epochs pass. */
export type Step = { by: Party; action: Action } | { pass: number };

/** Numbers that fast-check drew, used up one after the other. */
class Dice {
  readonly #picks: readonly number[];
  #next = 0;

  constructor(picks: readonly number[]) {
    this.#picks = picks;
  }

  number(): number {
    const index = this.#next++;
    // murmur3's finalizer: each number has something of all bits of its pick.
    let bits = this.#picks[index % this.#picks.length]! ^ Math.imul(index + 1, 0x9e3779b1);
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 1;
  }

  below(limit: number): number {
    return this.number() % limit;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Once in so many times. */
  isOnce(times: number): boolean {
    return this.below(times) === 0;
  }
}

const ANYBODY: readonly Party[] = PARTIES.filter((party) => party !== "burnt");
const ROOTS = [17n, 17n, 17n, 17n, 17n, 18n, 18n, 20n];
const PIECES = [100n, 100n, 100n, 100n, 100n, 101n, 0n];
const RULINGS = [17n, 17n, 17n, 18n, 20n, 1n, 2n, 3n, 4n, 0n, 5n, 15n];
const SALTS = [1n, 2n];

/**
 * What a random party tries in this world. Mostly what its role allows and the task's state asks for, so that lives get
 * far; now and then anything by anybody.
 */
export function stepOf(world: World, picks: readonly number[]): Step {
  const dice = new Dice(picks);
  const kind = dice.below(24);
  if (world.jobs.length === 0 || (kind === 0 && world.jobs.length < 12)) return create(dice, world);
  if (kind === 1) return money(dice, world);
  if (kind === 2) return registry(dice, world);
  if (kind === 3) return { pass: 1 + dice.below(dice.of([3, 3, 3, 30])) };
  const live = world.jobs.filter(({ tasks }) => tasks.some(isLive));
  if (live.length === 0 && !dice.isOnce(3)) return create(dice, world);
  const job = dice.of(dice.isOnce(10) || live.length === 0 ? world.jobs : live);
  const lives = [...job.tasks.keys()].filter((task) => isLive(job.tasks[task]!) && !dice.isOnce(10));
  const index = dice.isOnce(50)
    ? job.tasks.length
    : lives.length > 0
      ? dice.of(lives)
      : dice.below(job.tasks.length);
  const task = job.tasks[index];
  if (kind === 4) return { pass: Math.max(1, toDeadline(world, job, task) + dice.below(3) - 1) };
  const natural = task === undefined || dice.isOnce(12) ? dice.of(CALLS) : callOf(dice, world, job, task);
  if (natural === "wait") return { pass: Math.max(1, toDeadline(world, job, task) + dice.below(2)) };
  const { by, ...action } = call(dice, world, job, index, natural);
  const sender = dice.isOnce(12) ? dice.of(ANYBODY) : by;
  return { by: sender, action: { ...action, jobId: job.id, isFalse: dice.isOnce(60) } as Action };
}

const isLive = ({ state, isHeld }: Task) => isHeld || !["Accepted", "Refunded", "Settled"].includes(state);

const CALLS = [
  ...(["accept", "release", "submit", "seal", "open", "releaseHoldback", "cancelOpen", "approve"] as const),
  ...(["poke", "lockChallenge", "nameChallenge", "attest", "rule"] as const),
];
type CallKind = (typeof CALLS)[number];

/** Epochs until the task's state ends. */
function toDeadline(world: World, { terms }: Job, task: Task | undefined): number {
  if (task === undefined) return 1;
  const end = task.state === "Open" ? task.since + terms.acceptEpochs : task.deadline;
  return Math.max(0, end - world.epoch);
}

function callOf(dice: Dice, world: World, { terms }: Job, task: Task): CallKind | "wait" {
  const isOver = toDeadline(world, { terms } as Job, task) === 0;
  if (isOver && !dice.isOnce(3) && !["Refunded", "Settled"].includes(task.state)) return "poke";
  switch (task.state) {
    case "Open":
      return dice.isOnce(12) ? dice.of(["cancelOpen", "wait"] as const) : "accept";
    case "Assigned":
      if (dice.isOnce(10)) return dice.of(["release", "wait"] as const);
      return terms.mode === "Quorum" ? "seal" : "submit";
    case "Revealing":
      return dice.isOnce(10) ? "wait" : "open";
    case "Submitted":
      if (terms.mode === "Attested" && !dice.isOnce(3)) return "attest";
      return dice.of(["lockChallenge", "lockChallenge", "approve", "wait", "wait"] as const);
    case "Challenged":
      return dice.isOnce(5) ? "wait" : "nameChallenge";
    case "Disputed":
      return dice.isOnce(4) ? "wait" : "rule";
    case "Accepted":
      return task.isHeld ? dice.of(["releaseHoldback", "wait"] as const) : dice.of(CALLS);
    default:
      return dice.of(CALLS);
  }
}

function call(dice: Dice, world: World, job: Job, index: number, kind: CallKind): JobAction & { by: Party } {
  const { terms, requester } = job;
  const task = job.tasks[index];
  const tasks = dice.isOnce(6) ? [index, dice.below(job.tasks.length)] : dice.isOnce(40) ? [] : [index];
  const free = WORKERS.filter((worker) => !task?.slots.some((slot) => slot.worker === worker));
  const taken = task?.slots.filter(({ status }) => status !== "Out") ?? [];
  const worker =
    (dice.isOnce(6) ? undefined : taken[dice.below(Math.max(1, taken.length))]?.worker) ?? dice.of(WORKERS);
  const cid = dice.isOnce(40) ? 129 : dice.of([0, 36, 128]);
  const result = { root: dice.isOnce(40) ? 15n : dice.of(ROOTS), piece: dice.of(PIECES) };
  const at = { jobId: dice.isOnce(40) ? job.id + 1 : job.id, task: index, round: task?.round ?? 0 };
  switch (kind) {
    case "accept": {
      const isLocal = terms.localEpochs > 0 && !dice.isOnce(6);
      const proves = (["allowed", "input"] as const).filter(() => !dice.isOnce(12));
      const copyId = isLocal ? (dice.isOnce(6) ? dice.below(4) : index + 1) : 0;
      const ready = isLocal && !dice.isOnce(4) ? (["anna"] as const) : free.length > 0 ? free : WORKERS;
      const by = terms.isAllowList && !dice.isOnce(3) ? dice.of(["anna", "ben"] as const) : dice.of(ready);
      return { kind, by, tasks, copyId, proves };
    }
    case "release":
      return { kind, by: worker, tasks };
    case "cancelOpen":
    case "approve":
      return { kind, by: requester, tasks };
    case "poke":
      return { kind, by: dice.of(ANYBODY), tasks };
    case "submit": {
      const results = tasks.map(() => ({ ...result, root: dice.isOnce(10) ? dice.of(ROOTS) : result.root }));
      if (dice.isOnce(40)) results.push(result);
      return { kind, by: worker, tasks, results, cid };
    }
    case "seal": {
      const idle = taken.filter(({ status }) => status === "Taken");
      const by = dice.isOnce(8) || idle.length === 0 ? worker : dice.of(idle).worker;
      const seal = {
        ...at,
        worker: dice.isOnce(30) ? ("stan" as const) : by,
        ...result,
        salt: dice.of(SALTS),
      };
      return dice.isOnce(40) ? { kind, by, task: index } : { kind, by, task: index, seal };
    }
    case "open": {
      const closed = taken.filter(({ status }) => status === "Sealed");
      const slot = dice.isOnce(8) || closed.length === 0 ? undefined : dice.of(closed);
      const { root, piece, salt } = slot?.seal ?? { ...result, salt: 3n };
      return { kind, by: slot?.worker ?? worker, task: index, result: { root, piece }, salt, cid };
    }
    case "releaseHoldback":
      return { kind, by: worker, task: index, copyId: dice.isOnce(2) ? copyOf(world, task) : dice.below(4) };
    case "lockChallenge": {
      const by = dice.of(["chad", "chris", requester] as const);
      const root = dice.of([17n, 18n, 18n, 20n, 20n, 3n, 3n, 1n]);
      const commitment = { ...at, challenger: by, root, salt: dice.of(SALTS) };
      return { kind, by, task: index, commitment, value: sentWith(dice, terms.token, terms.challengeBond) };
    }
    case "nameChallenge": {
      const { by = "chad", commitment } = task?.challenge ?? {};
      const { root, salt } =
        dice.isOnce(12) || !commitment ? { root: dice.of(RULINGS), salt: 1n } : commitment;
      return { kind, by, task: index, root, salt, cid };
    }
    case "attest": {
      const signatures = SIGNERS.map(() =>
        dice.of(["valid", "valid", "valid", "another's", "none"] as const),
      );
      if (dice.isOnce(30)) signatures.pop();
      const validUntil = world.epoch + dice.of([0, 1, 100, 100, 100]);
      const attestation = { k: dice.isOnce(20) ? 4 : terms.k, validUntil, signatures };
      return { kind, by: dice.of(ANYBODY), task: index, attestation };
    }
    case "rule": {
      const by = task?.onFallback ? "fallback" : "arbiter";
      const claims = [task?.challenge?.commitment.root ?? 17n, task?.slots[task.winner]?.result?.root ?? 17n];
      return { kind, by, task: index, root: dice.isOnce(2) ? dice.of(claims) : dice.of(RULINGS) };
    }
  }
}

/** One of what the task's result is. */
function copyOf(world: World, task: Task | undefined): number {
  const piece = task?.slots[task.winner]?.result?.piece;
  return [1, 2, 3].find((copy) => world.copies[copy]?.piece === piece) ?? 1;
}

/** FIL is sent along; now and then too much, or with a token. */
function sentWith(dice: Dice, token: Token, amount: bigint): bigint {
  const right = token === "fil" ? amount : 0n;
  return dice.isOnce(30) ? right + 1n : right;
}

function create(dice: Dice, world: World): Step {
  const by = dice.of([...REQUESTERS, ...REQUESTERS, "chad" as const]);
  const terms = termsOf(Array.from({ length: 6 }, () => dice.number()));
  const cid = dice.isOnce(40) ? 129 : 36;
  const cost = costOf(terms);
  const isPermitted = by === "rob" && !dice.isOnce(4);
  if (isPermitted) {
    const permit = { isValid: !dice.isOnce(5) };
    return { by, action: { kind: "createJob", terms, cid, value: 0n, permit } };
  }
  const isCredited = (world.credits[terms.token][by] ?? 0n) >= cost || dice.isOnce(30);
  const value = isCredited && !dice.isOnce(4) ? 0n : sentWith(dice, terms.token, cost);
  return { by, action: { kind: "createJob", terms, cid, value } };
}

function money(dice: Dice, world: World): Step {
  const by = dice.of(ANYBODY);
  const token = dice.of(TOKENS);
  const to = dice.isOnce(3) ? dice.of([...ANYBODY, "nobody", "escrow", "burnt"] as const) : by;
  const amount = BigInt(dice.below(50_000));
  const rich = ANYBODY.filter((party) => (world.credits[token][party] ?? 0n) > 0n);
  const actions: [number, () => Step][] = [
    [2, () => ({ by, action: { kind: "deposit", token, amount, value: sentWith(dice, token, amount) } })],
    [6, () => ({ by: rich.length > 0 ? dice.of(rich) : by, action: { kind: "withdraw", token, to } })],
    [3, () => ({ by, action: { kind: "burn", token } })],
    [1, () => ({ by, action: { kind: "send FIL" } })],
    [1, () => ({ by, action: { kind: "send coins", amount } })],
  ];
  return weighted(dice, actions)();
}

function registry(dice: Dice, world: World): Step {
  const worker = dice.of(WORKERS);
  const token = dice.of(TOKENS);
  const amount = dice.isOnce(12) ? 0n : BigInt(dice.below(200_000));
  const operator = dice.of(["olga", "olga", "chris", worker] as const);
  const provider = 7001 + dice.below(2);
  const unbonding = WORKERS.filter((one) => (world.stakes[token][one]?.unbonding ?? 0n) > 0n);
  const copyId = 1 + dice.below(3);
  const copy = {
    ...{ isLive: !dice.isOnce(3), piece: dice.of([100n, 101n, 102n]), provider },
    ...{
      end: world.epoch + dice.of([20, 30, 31, 32, 500]),
      railEnd: dice.isOnce(3) ? world.epoch + 25 + dice.below(20) : 0,
    },
  };
  const stakedBy = dice.isOnce(3) ? dice.of(ANYBODY) : worker;
  const value = sentWith(dice, token, amount);
  const actions: [number, () => Step][] = [
    [
      1,
      () => ({
        by: worker,
        action: {
          kind: "register",
          operator: dice.isOnce(12) ? "nobody" : operator,
          endpoint: dice.of([0, 20, 256, 257]),
        },
      }),
    ],
    [1, () => ({ by: dice.isOnce(4) ? "stan" : operator, action: { kind: "confirm", worker } })],
    [
      1,
      () => ({
        by: worker,
        action: {
          kind: "acceptArbiter",
          arbiter: dice.of(["arbiter", "fallback"]),
          accepted: !dice.isOnce(4),
        },
      }),
    ],
    [1, () => ({ by: "stan", action: { kind: "checkControl", operator, provider } })],
    [2, () => ({ by: stakedBy, action: { kind: "stake", worker, token, amount, value } })],
    [
      1,
      () => ({
        by: worker,
        action: { kind: "stake", worker, token, amount, value: 0n, permit: { isValid: !dice.isOnce(4) } },
      }),
    ],
    [2, () => ({ by: worker, action: { kind: "unbond", token, amount } })],
    [
      2,
      () => ({
        by: unbonding.length > 0 ? dice.of(unbonding) : worker,
        action: { kind: "withdrawStake", token, to: worker },
      }),
    ],
    [1, () => ({ by: "stan", action: { kind: "control", operator, provider, does: !dice.isOnce(3) } })],
    [2, () => ({ by: "stan", action: { kind: "store", copyId, copy } })],
  ];
  return weighted(dice, actions)();
}

function weighted(dice: Dice, actions: [weight: number, step: () => Step][]): () => Step {
  let left = dice.below(actions.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, step] of actions) {
    left -= weight;
    if (left < 0) return step;
  }
  throw new Error("nothing to do");
}
