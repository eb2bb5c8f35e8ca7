import type { Address, Hex } from "viem";
import type {
  ArbiterIntent,
  ArbiterState,
  AuditorIntent,
  AuditorPolicy,
  AuditorState,
  Epoch,
  Examination,
  JobView,
  RoundKey,
  TaskView,
  WorkerIntent,
  WorkerJob,
  WorkerPolicy,
  WorkerState,
} from "./state.ts";

/** By its number on chain, as JobParams have it. */
const QUORUM = 1;

/** What a worker does next: everything that is due, at most one new task. */
export function decideWork(state: WorkerState, policy: WorkerPolicy): WorkerIntent[] {
  const intents: WorkerIntent[] = [];
  let busy = 0;
  for (const known of state.jobs) {
    const jobId = known.job.id;
    for (const task of known.tasks.filter((one) => isSame(one.worker, state.worker))) {
      if (task.state !== "Assigned") continue;
      busy++;
      const id = { jobId, task: task.task, round: task.round };
      if (known.ready.has(keyOf(jobId, task))) {
        if (state.epoch < task.deadline) intents.push({ kind: "submit", ...id });
      } else intents.push({ kind: "run", ...id });
    }
    intents.push(...pokes(known, state.epoch, (task) => isSame(task.worker, state.worker)));
  }
  const examined = state.jobs.filter(({ job, tasks }) => takes(job.params.mode) && tasks.some(isOpen));
  for (const { job, fitness } of examined) {
    if (fitness === undefined) intents.push({ kind: "examine", jobId: job.id });
  }
  const next = busy < policy.maxTasks ? examined.flatMap((job) => acceptable(job, state.epoch, policy)) : [];
  // The best paid first; of equal ones the first that it stores itself, then the oldest.
  next.sort((a, b) => compare(b.price, a.price) || Number(!a.intent.witness) - Number(!b.intent.witness));
  return [...intents, ...next.slice(0, 1).map(({ intent }) => intent)];
}

function acceptable(known: WorkerJob, epoch: Epoch, policy: WorkerPolicy) {
  const { job, tasks, fitness, prices, freeStake, witnesses } = known;
  if (fitness !== "fit" || freeStake < job.params.stake) return [];
  return tasks.filter(isOpen).flatMap(({ task, deadline, localUntil }) => {
    const price = prices.get(task) ?? 0n;
    const witness = witnesses.get(task);
    const local = epoch <= localUntil;
    if (price < policy.minPrice || epoch >= deadline || (local && witness === undefined)) return [];
    const intent = { kind: "accept" as const, jobId: job.id, task, witness: local ? witness : undefined };
    return [{ price, intent }];
  });
}

/** What an auditor does next: it runs a share of what is submitted again, and challenges what differs. */
export function decideAudit(state: AuditorState, policy: AuditorPolicy): AuditorIntent[] {
  return state.jobs.flatMap((known) => {
    const jobId = known.job.id;
    const intents = known.tasks.flatMap((task): AuditorIntent[] => {
      const key = keyOf(jobId, task);
      const root = state.roots.get(key);
      const id = { jobId, task: task.task, round: task.round };
      if (task.state === "Challenged") {
        const mine = isSame(task.challenger, state.auditor) && !task.named && state.epoch <= task.deadline;
        return mine && root !== undefined ? [{ kind: "name", ...id }] : [];
      }
      if (task.state !== "Submitted" || state.epoch >= task.deadline) return [];
      if (!state.roots.has(key)) {
        return (state.chances.get(key) ?? 1) < policy.share ? [{ kind: "rerun", ...id }] : [];
      }
      return root !== undefined && root !== task.root ? [{ kind: "lock", ...id, root }] : [];
    });
    return [...intents, ...pokes(known, state.epoch, () => true)];
  });
}

/** What an arbiter does next: it runs what is before it, and states the right root. */
export function decideRuling(state: ArbiterState): ArbiterIntent[] {
  return state.jobs.flatMap(({ job, tasks }) =>
    tasks.flatMap((task): ArbiterIntent[] => {
      const judge = task.onFallback ? job.params.fallbackArbiter : job.params.arbiter;
      if (task.state !== "Disputed" || !isSame(judge, state.arbiter) || state.epoch > task.deadline)
        return [];
      const id = { jobId: job.id, task: task.task, round: task.round };
      const examination = state.examinations.get(keyOf(job.id, task));
      if (examination === undefined) return [{ kind: "examine", ...id }];
      return [{ kind: "rule", ...id, root: rulingOf(examination, task.root) }];
    }),
  );
}

const NONDETERMINISTIC = sentinel(1);
const WITHHELD = sentinel(3);
const INCOMPLETE = sentinel(4);

/** The root that an arbiter rules. Its own runs come first: only where they agree with the worker do the bytes matter. */
export function rulingOf({ runs, shown }: Examination, submitted: Hex | undefined): Hex {
  if (runs === "nondeterministic") return NONDETERMINISTIC;
  if (runs === "incomplete") return INCOMPLETE;
  // Whoever submitted vouched for the inputs, too.
  if (runs === "unavailable") return WITHHELD;
  return runs.root === submitted && !shown ? WITHHELD : runs.root;
}

/** A round's key. */
export function keyOf(jobId: bigint, { task, round }: Pick<TaskView, "task" | "round">): RoundKey {
  return `${jobId}/${task}/${round}`;
}

/** A poke for the deadlines that have passed: what follows from them, the contract knows. */
function pokes({ job, tasks }: JobView, epoch: Epoch, concerns: (task: TaskView) => boolean) {
  const due = tasks.filter((task) => !isFinal(task) && concerns(task) && epoch > task.deadline);
  const intent = { kind: "poke" as const, jobId: job.id, tasks: due.map(({ task }) => task) };
  return due.length === 0 ? [] : [intent];
}

function takes(mode: number): boolean {
  return mode !== QUORUM;
}

function isOpen({ state }: TaskView): boolean {
  return state === "Open";
}

function isFinal({ state }: TaskView): boolean {
  return state === "Accepted" || state === "Refunded" || state === "Settled";
}

function isSame(one: Address | undefined, other: Address): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sentinel(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
