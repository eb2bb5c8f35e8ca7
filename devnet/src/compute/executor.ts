import { join } from "node:path";
import { type GuestBytes, guestRequest, runInProcess } from "@holdfast/sdk/node";
import { fetchInputs, measureInputs } from "./fetch-input.ts";
import type { Execution, Job, RunOutput, SpecConfig, Task } from "./job.ts";
import { packResults } from "./pack-results.ts";
import { parseMemory } from "./resources.ts";

const ENGINES = ["wasm"];
const PUBLISHERS = ["noop", "local"];
const SOURCES = ["inline", "urldownload"];
/** Of `RunOutput.Stdout`. */
const SHOWN_BYTES = 2_048;
const DEFAULT_TIME_S = 600;
/** Longer than timers can wait. */
const MAX_TIME_S = 2_000_000;

/** What a node allows its jobs beside what they ask for. */
export interface ExecutorLimits {
  /** Executions at a time; the others wait. */
  slots: number;
  /** Memory of one guest at most, whatever its job asks for. */
  memoryBytes: number;
  /** Of all files and both streams of one execution. */
  outputBytes: number;
  /** Of all inputs of one execution. */
  inputBytes: number;
  /** Before the second attempt at a download. */
  retryMs: number;
  /** Seconds of an execution whose job names none. */
  timeSeconds?: number;
}

export type ExecutionOutcome =
  | { output: RunOutput; published: SpecConfig }
  | {
      failure: string;
      topic: "Exec Scanning" | "Downloading Inputs" | "Running Execution" | "Publishing Results";
    };

/** Runs executions, each in a process of its own, no more at a time than there are slots. */
export class Executor {
  readonly #limits: ExecutorLimits;
  readonly #results: string;
  readonly #resultUrl: (name: string) => string;
  readonly #running = new Map<string, AbortController>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param results the folder that the publisher serves under `resultUrl`. */
  constructor(limits: ExecutorLimits, results: string, resultUrl: (name: string) => string) {
    this.#limits = limits;
    this.#results = results;
    this.#resultUrl = resultUrl;
    this.#free = limits.slots;
  }

  get counts(): { running: number; waiting: number } {
    return { running: this.#limits.slots - this.#free, waiting: this.#waiting.length };
  }

  /** What of a job this node has no part for. */
  unsupported(task: Task): string | undefined {
    const { Engine, Publisher, InputSources = [] } = task;
    const lacks = (asked: string, have: string[]) =>
      have.includes(asked.toLowerCase()) ? undefined : `does not support ${asked}, only ${have.join(", ")}`;
    for (const { Source } of InputSources) {
      const missing = lacks(Source.Type, SOURCES);
      if (missing !== undefined) return missing;
    }
    const noPublisher = Publisher.Type === "" ? undefined : lacks(Publisher.Type, PUBLISHERS);
    const missing = lacks(Engine.Type, ENGINES) ?? noPublisher;
    if (missing !== undefined || memoryOf(task) <= this.#limits.memoryBytes) return missing;
    const memory = `${Math.floor(this.#limits.memoryBytes / 1e9)} GB`;
    return `node busy with available capacity {CPU: ${this.#limits.slots}.00, Memory: ${memory}, GPU: 0}`;
  }

  /** Why this node does not bid for a task. */
  bid({ Network, Env = {} }: Task): string | undefined {
    if (!["None", "Default", ""].includes(Network.Type)) {
      return "this node does not run jobs that require network access";
    }
    const fromHost = Object.entries(Env).find(([, value]) => value.startsWith("env:"));
    if (fromHost === undefined) return undefined;
    const [key, value] = fromHost;
    return `this node does not resolve environment variable ${key}: environment variable '${value.slice(4)}' is not in allowed patterns`;
  }

  /** @param started called when a slot is free and the execution begins. */
  async run(job: Job, execution: Execution, started: () => void): Promise<ExecutionOutcome> {
    const control = new AbortController();
    this.#running.set(execution.ID, control);
    await this.#slot();
    try {
      if (control.signal.aborted) return { failure: "Execution cancelled", topic: "Running Execution" };
      return await this.#execute(job, execution, control.signal, started);
    } catch (error) {
      return { failure: messageOf(error), topic: "Running Execution" };
    } finally {
      this.#running.delete(execution.ID);
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  cancel(execution: string): void {
    this.#running.get(execution)?.abort();
  }

  /** Ends everything that runs. */
  close(): void {
    for (const control of this.#running.values()) control.abort();
  }

  async #slot(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free--;
  }

  async #execute(
    job: Job,
    execution: Execution,
    signal: AbortSignal,
    started: () => void,
  ): Promise<ExecutionOutcome> {
    const task = job.Tasks[0]!;
    const asked = task.Timeouts.ExecutionTimeout ?? this.#limits.timeSeconds ?? DEFAULT_TIME_S;
    const seconds = Math.min(asked, MAX_TIME_S);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
    const ends = Date.now() + seconds * 1000;
    const sources = task.InputSources ?? [];
    const outputs = (task.ResultPaths ?? []).map(({ Name }) => Name);
    const because = (error: unknown) => (deadline.aborted ? timedOut(seconds) : messageOf(error));
    try {
      await measureInputs(sources, this.#limits, deadline);
    } catch (error) {
      const where = "calculating resource usage of job: error getting job disk space requirements";
      return { failure: `${where}: ${because(error)}`, topic: "Exec Scanning" };
    }
    started();
    let inputs: GuestBytes[];
    try {
      inputs = await fetchInputs(sources, this.#limits, deadline);
    } catch (error) {
      return { failure: because(error), topic: "Downloading Inputs" };
    }
    const request = guestRequest({
      ...engineParameters(task.Engine),
      env: environment(job, execution, task),
      ...{ inputs, outputs },
      limits: { memoryBytes: memoryOf(task), outputBytes: this.#limits.outputBytes },
    });
    const outcome = await runInProcess(request, Math.max(1, ends - Date.now()), signal);
    if ("failure" in outcome) {
      const failure = /timed out/.test(outcome.failure) ? timedOut(seconds) : outcome.failure;
      return { failure, topic: "Running Execution" };
    }
    const { exit, stdout, stderr, firstWrites } = outcome.result;
    const output: RunOutput = {
      Stdout: shown(stdout, firstWrites.stdout),
      StdoutTruncated: firstWrites.stdout > SHOWN_BYTES,
      stderr: shown(stderr, firstWrites.stderr),
      StderrTruncated: firstWrites.stderr > SHOWN_BYTES,
      ...{ ExitCode: exit, ErrorMsg: "" },
    };
    if (task.Publisher.Type.toLowerCase() !== "local") return { output, published: { Type: "" } };
    const name = `${execution.ID}.tar.gz`;
    try {
      await packResults(join(this.#results, name), outcome.result, outputs);
    } catch (error) {
      return { failure: messageOf(error), topic: "Publishing Results" };
    }
    return { output, published: { Type: "urlDownload", Params: { URL: this.#resultUrl(name) } } };
  }
}

function engineParameters({ Params = {} }: SpecConfig) {
  const lower = Object.fromEntries(Object.entries(Params).map(([key, value]) => [key.toLowerCase(), value]));
  return {
    module: (lower.entrymodule as string | undefined) ?? "",
    entrypoint: (lower.entrypoint as string | undefined) ?? "",
    args: (lower.parameters as string[] | undefined) ?? [],
    importModules: (lower.importmodules as string[] | undefined) ?? [],
  };
}

function environment(job: Job, execution: Execution, task: Task): Record<string, string> {
  return {
    ...task.Env,
    BACALHAU_EXECUTION_ID: execution.ID,
    BACALHAU_JOB_ID: job.ID,
    BACALHAU_JOB_TYPE: job.Type,
    BACALHAU_PARTITION_COUNT: `${job.Count}`,
    BACALHAU_PARTITION_INDEX: "0",
  };
}

function memoryOf(task: Task): number {
  return parseMemory(task.Resources.Memory ?? "") ?? 0;
}

function timedOut(seconds: number): string {
  return `Execution timed out after ${seconds}s`;
}

function shown(bytes: Uint8Array, first: number): string {
  return Buffer.from(bytes.subarray(0, Math.min(first, SHOWN_BYTES))).toString();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
