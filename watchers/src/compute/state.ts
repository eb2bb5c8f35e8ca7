import type { FoundJob, TaskState } from "@holdfast/sdk";
import type { Address, Hex } from "viem";

export type Epoch = bigint;

/** A task as the chain has it, in the words that all roles share. */
export interface TaskView {
  task: number;
  state: TaskState;
  round: number;
  /** Last epoch in which the state's parties may act; of an Open task the last of the accept window. */
  deadline: Epoch;
  /** Of an Open task: the last epoch of the locality window; 0 if there is none. */
  localUntil: Epoch;
  /** Whose slot it is, from Assigned on. */
  worker: Address | undefined;
  /** What stands, from Submitted on. */
  root: Hex | undefined;
  piece: Hex | undefined;
  /** Raw CID of the CAR in which the worker says that the result is. */
  dataCid: string | undefined;
  challenger: Address | undefined;
  named: boolean;
  onFallback: boolean;
}

/** A job that is not over. */
export interface JobView {
  job: FoundJob;
  tasks: TaskView[];
}

/** A round of a task, as text: what a role remembers goes by it. */
export type RoundKey = `${bigint}/${number}/${number}`;

/** A copy that a worker's operator stores, of a piece that a task reads, with the proof of the latter. */
export interface Witness {
  copyId: bigint;
  inputProof: readonly Hex[];
}

/** What a worker knows of a job beside the chain's view. */
export interface WorkerJob extends JobView {
  /** Undefined: nobody has looked yet. "fit", or why it will not work on it. */
  fitness: "fit" | { refusal: string } | undefined;
  /** What an open task would pay now, by task. */
  prices: ReadonlyMap<number, bigint>;
  /** The worker's, in the job's token. */
  freeStake: bigint;
  witnesses: ReadonlyMap<number, Witness>;
  /** Rounds whose result is ready. */
  ready: ReadonlySet<RoundKey>;
}

export interface WorkerState {
  epoch: Epoch;
  worker: Address;
  jobs: readonly WorkerJob[];
}

export interface WorkerPolicy {
  /** Tasks at a time: taken and not yet submitted. */
  maxTasks: number;
  /** The least that a slot must pay, in the smallest unit of the job's token. */
  minPrice: bigint;
}

export type WorkerIntent =
  | { kind: "examine"; jobId: bigint }
  | { kind: "accept"; jobId: bigint; task: number; witness: Witness | undefined }
  | { kind: "run"; jobId: bigint; task: number; round: number }
  | { kind: "submit"; jobId: bigint; task: number; round: number }
  | { kind: "poke"; jobId: bigint; tasks: number[] };

export interface AuditorState {
  epoch: Epoch;
  auditor: Address;
  jobs: readonly JobView[];
  /** Of rounds that were run again: the root, or undefined where that came to nothing. */
  roots: ReadonlyMap<RoundKey, Hex | undefined>;
  /** Of each round a number from 0 to 1 that nobody could foresee. */
  chances: ReadonlyMap<RoundKey, number>;
}

export interface AuditorPolicy {
  /** Share of the submitted tasks that it runs again, from 0 to 1. */
  share: number;
}

export type AuditorIntent =
  | { kind: "rerun"; jobId: bigint; task: number; round: number }
  | { kind: "lock"; jobId: bigint; task: number; round: number; root: Hex }
  | { kind: "name"; jobId: bigint; task: number; round: number }
  | { kind: "poke"; jobId: bigint; tasks: number[] };

/** What an arbiter found out about a round. */
export interface Examination {
  /** What its own runs agree on. Else: they differ; one met a limit, ten times the job's; there are no inputs. */
  runs: { root: Hex } | "nondeterministic" | "incomplete" | "unavailable";
  /** The worker shows the bytes of what it submitted, and its piece, where the chain keeps one, is of these. */
  shown: boolean;
}

export interface ArbiterState {
  epoch: Epoch;
  arbiter: Address;
  jobs: readonly JobView[];
  examinations: ReadonlyMap<RoundKey, Examination>;
}

export type ArbiterIntent =
  | { kind: "examine"; jobId: bigint; task: number; round: number }
  | { kind: "rule"; jobId: bigint; task: number; round: number; root: Hex };
