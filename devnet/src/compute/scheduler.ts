import { randomUUID } from "node:crypto";
import { ApiError, internal, refused } from "./api-error.ts";
import type { Executor } from "./executor.ts";
import {
  ComputeState,
  DesiredState,
  type Execution,
  isOver,
  isTerminal,
  type Job,
  type JobRecord,
  type JobState,
  NO_OUTPUT,
  newest,
} from "./job.ts";
import { type JobStore, note, now } from "./job-store.ts";
import type { readJob } from "./validate-job.ts";

const ATTEMPTS = 2;
/** The longest wait of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export type Submission = ReturnType<typeof readJob>;

/** Which executions a job needs, and what its state is: Bacalhau's orchestrator for the one node that there is. */
export class Scheduler {
  readonly #store: JobStore;
  readonly #executor: Executor;
  readonly #nodeId: string;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(store: JobStore, executor: Executor, nodeId: string) {
    this.#store = store;
    this.#executor = executor;
    this.#nodeId = nodeId;
  }

  /** A name that is new makes a job; one that is known, a new version of its job. */
  submit({ Warnings, ...asked }: Submission, force: boolean): object {
    const known = asked.Name === "" ? undefined : this.#store.byName(asked.Name, asked.Namespace);
    const record = known ?? { versions: [], executions: [], history: [] };
    const time = now();
    if (known !== undefined) {
      checkChange(newest(known), asked, force);
      this.#cancelAll(known, "Execution stopped for job update");
    }
    const ID = known ? newest(known).ID : `j-${randomUUID()}`;
    record.versions.push({
      ID,
      ...asked,
      Name: asked.Name || ID,
      Meta: { ...asked.Meta, "bacalhau.org/orchestrator.id": this.#nodeId },
      State: { StateType: "Pending" },
      ...{ Version: record.versions.length + 1, Revision: 1 },
      CreateTime: known ? newest(known).CreateTime : time,
      ModifyTime: time,
    });
    note(record, "Submission", known ? "Job updated" : "Job submitted");
    return { JobID: ID, EvaluationID: this.#evaluateSoon(record), Warnings };
  }

  /** The job again, as a new version of the same spec. */
  rerun(record: JobRecord, version: number, reason: string): object {
    const source = version === 0 ? newest(record) : record.versions[version - 1];
    if (source === undefined) {
      throw refused(`job version not found: ${version}`);
    }
    this.#cancelAll(record, "Execution stopped for job update");
    const Version = record.versions.length + 1;
    const State = { StateType: "Pending" as const };
    record.versions.push({ ...source, State, Version, Revision: 1, ModifyTime: now() });
    note(record, "Submission", "Job rerun requested", { details: { Reason: reason } });
    const EvaluationID = this.#evaluateSoon(record);
    return { EvaluationID, JobID: source.ID, JobVersion: Version, Warnings: null };
  }

  stop(record: JobRecord, reason: string): object {
    const job = newest(record);
    const { StateType } = job.State;
    if (StateType === "Stopped") return { EvaluationID: "" };
    if (StateType === "Completed") {
      throw new ApiError(500, "cannot stop job in state Completed", { code: "", component: "Bacalhau" });
    }
    if (StateType === "Failed") {
      const message = `job ${job.ID} is in terminal state Failed and cannot transition to Stopped`;
      throw new ApiError(500, message, { code: "ConflictJobState", component: "JobStore" });
    }
    setState(job, "Stopped", reason);
    const message = "Job requested to stop before completion";
    note(record, "Scheduling", message, { details: { Reason: reason } });
    this.#cancelAll(record, "Execution stop requested because job has been stopped");
    this.#store.save(record);
    return { EvaluationID: randomUUID() };
  }

  /** What a node that was killed does when it is back. */
  resume(): void {
    for (const record of this.#store.all()) {
      if (isTerminal(newest(record))) continue;
      for (const execution of record.executions) {
        if (!isOver(execution)) this.#failed(record, execution, "Execution", "Failing due to node restart");
      }
      this.#evaluateSoon(record);
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #evaluateSoon(record: JobRecord): string {
    this.#store.save(record);
    setImmediate(() => this.#evaluate(record));
    return randomUUID();
  }

  #evaluate(record: JobRecord): void {
    const job = newest(record);
    if (this.#closed || isTerminal(job)) return;
    this.#step(record, job);
    job.Revision++;
    this.#store.save(record);
  }

  #step(record: JobRecord, job: Job): void {
    const { QueueTimeout = 0, TotalTimeout = 0 } = job.Tasks[0]!.Timeouts;
    const age = (now() - job.CreateTime) / 1e9;
    const executions = record.executions.filter(({ JobVersion }) => JobVersion === job.Version);
    if (TotalTimeout > 0 && age > TotalTimeout) {
      this.#fail(record, "Job Timeout", `Job timed out. Job took longer than ${TotalTimeout}s`);
      this.#cancelAll(record, "Execution stop requested because job has been stopped");
      return;
    }
    const done = executions.filter(({ ComputeState: { StateType } }) => StateType === ComputeState.Completed);
    // Operations run on every node, whatever their count.
    const wanted = job.Type === "ops" || job.Type === "daemon" ? 1 : job.Count;
    if (done.length >= wanted) {
      this.#turn(record, "Completed");
      return;
    }
    this.#wake(record, TotalTimeout - age);
    const missing = wanted - done.length - executions.filter((execution) => !isOver(execution)).length;
    if (missing <= 0) return;

    const obstacle = this.#obstacle(job, executions);
    const suitable = obstacle === undefined ? 1 : 0;
    if (suitable < missing) {
      const message = `not enough nodes to run job. requested: ${missing}, available: 1, suitable: ${suitable}.\n• Node ${this.#shortId}: ${obstacle ?? ""}`;
      if (age >= QueueTimeout) {
        const counts = { NodesAvailable: "1", NodesRequested: `${missing}`, NodesSuitable: `${suitable}` };
        this.#fail(record, "Scheduling", message, counts);
        this.#cancelAll(record, "Execution stopped due to job failure");
        return;
      }
      this.#wake(record, QueueTimeout - age);
      if (suitable === 0 && job.State.StateType !== "Queued") {
        setState(job, "Queued", message);
        note(record, "Queueing", `Job queued. ${message}`);
      }
    }
    if (suitable > 0) this.#ask(record, job, executions.length);
  }

  /** Why this node takes no further execution of the job. */
  #obstacle(job: Job, executions: Execution[]): string | undefined {
    const support = this.#executor.unsupported(job.Tasks[0]!);
    if (support !== undefined) return support;
    const states = executions.map((execution) => execution.ComputeState.StateType);
    // One that runs or is done counts as one that was refused: a node runs no job twice side by side.
    if (states.some((state) => state !== ComputeState.Failed)) return "job rejected";
    return states.length >= ATTEMPTS ? "job already executed on this node more than once" : undefined;
  }

  #ask(record: JobRecord, job: Job, index: number): void {
    const time = now();
    const execution: Execution = {
      ...{ ID: `e-${randomUUID()}`, Namespace: job.Namespace, EvalID: randomUUID(), Name: "" },
      ...{ NodeID: this.#nodeId, JobID: job.ID, JobVersion: job.Version },
      AllocatedResources: { Tasks: {} },
      DesiredState: { StateType: DesiredState.Running },
      ComputeState: { StateType: ComputeState.BidAccepted },
      PublishedResult: { Type: "" },
      RunOutput: NO_OUTPUT,
      ...{ PreviousExecution: "", NextExecution: "", FollowupEvalID: "", Revision: 1 + index },
      ...{ CreateTime: time, ModifyTime: time },
    };
    record.executions.push(execution);
    const message = `Requested execution on ${this.#shortId}`;
    note(record, "Scheduling", message, { execution: execution.ID, details: { NodeID: this.#nodeId } });
    const refusal = this.#executor.bid(job.Tasks[0]!);
    if (refusal === undefined) void this.#run(record, job, execution);
    else {
      this.#end(execution, ComputeState.AskForBidRejected, `rejected bid: ${refusal}`, "bid rejected");
      note(record, "Exec Scanning", `rejected bid: ${refusal}`, { execution: execution.ID });
      this.#evaluateSoon(record);
    }
  }

  async #run(record: JobRecord, job: Job, execution: Execution): Promise<void> {
    const outcome = await this.#executor.run(job, execution, () => {
      if (job.State.StateType !== "Running") this.#turn(record, "Running");
      execution.ComputeState = { StateType: ComputeState.BidAccepted, Message: "Running" };
      note(record, "Execution", "Running", { execution: execution.ID });
      this.#store.save(record);
    });
    if (this.#closed || isOver(execution)) return;
    if ("failure" in outcome) this.#failed(record, execution, outcome.topic, outcome.failure);
    else {
      execution.RunOutput = outcome.output;
      execution.PublishedResult = outcome.published;
      // The message stays what it was, as on a real node.
      this.#end(execution, ComputeState.Completed, "Running", "execution completed");
      note(record, "Execution", "Completed successfully", { execution: execution.ID });
    }
    this.#store.save(record);
    this.#evaluate(record);
  }

  #failed(record: JobRecord, execution: Execution, topic: string, message: string): void {
    this.#end(execution, ComputeState.Failed, message, "execution failed");
    note(record, topic, message, { execution: execution.ID, details: { IsError: "true" } });
  }

  #end(execution: Execution, state: number, message: string, desired: string): void {
    execution.ComputeState = { StateType: state, Message: message };
    execution.DesiredState = { StateType: DesiredState.Stopped, Message: desired };
    execution.Revision++;
    execution.ModifyTime = now();
  }

  #cancelAll(record: JobRecord, why: string): void {
    for (const execution of record.executions) {
      if (isOver(execution)) continue;
      this.#end(execution, ComputeState.Cancelled, why, why);
      note(record, "Scheduling", why, { execution: execution.ID });
      this.#executor.cancel(execution.ID);
    }
  }

  #turn(record: JobRecord, state: JobState): void {
    setState(newest(record), state);
    note(record, "State Update", state, { details: { NewState: state } });
  }

  #fail(record: JobRecord, topic: string, message: string, details: Record<string, string> = {}): void {
    setState(newest(record), "Failed", message);
    note(record, topic, message, { details: { IsError: "true", ...details } });
  }

  /** Looks at the job again after `seconds`, when a deadline has passed. */
  #wake(record: JobRecord, seconds: number): void {
    if (seconds <= 0) return;
    const { ID, Version } = newest(record);
    const key = `${ID} ${Version} ${Math.ceil(seconds * 1000 + Date.now())}`;
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        if (newest(record).Version === Version) this.#evaluate(record);
      },
      Math.min(MAX_TIMER_MS, seconds * 1000 + 5),
    );
    this.#timers.set(key, timer);
  }

  get #shortId(): string {
    return this.#nodeId.slice(0, 10);
  }
}

function setState(job: Job, state: JobState, message?: string): void {
  job.State = { StateType: state, ...(message !== undefined && message !== "" && { Message: message }) };
  job.ModifyTime = now();
}

/** What a known name may be submitted again with: something else, but not with other labels than before. */
function checkChange(job: Job, asked: Omit<Submission, "Warnings">, force: boolean): void {
  const keys = (labels: object) => JSON.stringify(Object.keys(labels).sort());
  if (keys(job.Labels) !== keys(asked.Labels)) throw internal();
  const spec = ({ Type, Priority, Count, Constraints, Labels, Tasks }: typeof asked) =>
    JSON.stringify([Type, Priority, Count, Constraints, Object.entries(Labels).sort(), Tasks]);
  if (!force && spec(job) === spec(asked)) {
    throw new ApiError(
      500,
      `no changes detected for new job spec. Job Name: '${job.Name}', Job Id: '${job.ID}'`,
      { code: "", component: "Bacalhau", hint: "Use the --force flag to override this warning" },
    );
  }
}
