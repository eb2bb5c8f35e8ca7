import type { BacalhauJob } from "@holdfast/sdk";
import { BaseError } from "@holdfast/sdk";
import { z } from "zod";
import type { Clock } from "../runtime/clock.ts";
import { type RunFiles, readResultArchive } from "./result-archive.ts";

/** A Bacalhau node does not do what it was asked for. */
export class BacalhauError extends BaseError {
  constructor(what: string, details?: string) {
    super(`The compute node ${what}.`, {
      ...(details !== undefined && { details }),
      next: "Look at the node: GET /api/v1/agent/alive, then the job's executions.",
    });
  }
}

export interface BacalhauOptions {
  /** Base of the API, without `/api/v1`. */
  url: string;
  clock: Clock;
  /** Milliseconds between two looks at a job. Default 2,000. */
  pollMs?: number;
  /** Milliseconds of one request. Default 30,000. */
  timeoutMs?: number;
  /** Bytes of a result, unpacked. Default 256 MiB. */
  outputBytes?: number;
}

/** Runs jobs: one of them to its end, and what it left behind. */
export interface Bacalhau {
  /**
   * Posts a job unless one of its name is there, and follows it.
   * @throws BacalhauError if it fails, with the executions' own words
   */
  run(job: BacalhauJob, signal?: AbortSignal): Promise<RunFiles>;
}

const COMPLETED = 9;
const FAILED = 10;

const jobSchema = z.object({ ID: z.string(), State: z.object({ StateType: z.string() }) });
const executionSchema = z.object({
  ComputeState: z.object({ StateType: z.int(), Message: z.string().optional() }),
  RunOutput: z.object({ ExitCode: z.int(), ErrorMsg: z.string() }).nullish(),
});
const answerSchema = z.object({
  Job: jobSchema,
  Executions: z.object({ Items: z.array(executionSchema).nullish() }).nullish(),
});
const resultsSchema = z.object({
  Items: z.array(z.object({ Type: z.string(), Params: z.object({ URL: z.url() }).optional() })).nullish(),
});
type Answer = z.infer<typeof answerSchema>;

/**
 * A client of Bacalhau's REST API (v1.9). A job's name is its identity: it is asked for first, since posting a name again may run
 * it again, and after a refused post once more, since another may have been faster.
 */
export function createBacalhau(options: BacalhauOptions): Bacalhau {
  const { url, clock, pollMs = 2_000, timeoutMs = 30_000, outputBytes = 256 << 20 } = options;
  const jobs = `${url}/api/v1/orchestrator/jobs`;

  async function request(target: string, init: RequestInit = {}): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(target, { headers, signal: AbortSignal.timeout(timeoutMs), ...init });
  }

  async function find(name: string): Promise<Answer | undefined> {
    const answer = await request(`${jobs}/${name}?include=executions`);
    if (answer.status === 404) return undefined;
    return answerSchema.parse(await bodyOf(answer, `did not show job ${name}`));
  }

  async function post(job: BacalhauJob): Promise<void> {
    const answer = await request(jobs, { method: "PUT", body: JSON.stringify({ Job: job }) });
    if (answer.ok) return void (await answer.body?.cancel());
    const refusal = await answer.text();
    if ((await find(job.Name)) === undefined) throw new BacalhauError(`refused job ${job.Name}`, refusal);
  }

  async function follow(name: string, signal?: AbortSignal): Promise<Answer> {
    for (;;) {
      signal?.throwIfAborted();
      const found = await find(name);
      if (found === undefined) throw new BacalhauError(`lost job ${name}`);
      const { StateType: state } = found.Job.State;
      if (state === "Completed") return found;
      const failed = executionsOf(found).filter(({ ComputeState }) => ComputeState.StateType === FAILED);
      // A node tries twice, and then waits for another node until the queue's timeout.
      if (state === "Failed" || state === "Stopped" || failed.length >= 2) {
        throw new BacalhauError(`did not complete job ${name}: ${state}`, failed[0]?.ComputeState.Message);
      }
      await clock.sleep(pollMs, signal);
    }
  }

  async function fetchFiles(id: string): Promise<RunFiles["files"]> {
    const answer = await bodyOf(await request(`${jobs}/${id}/results`), `did not show the results of ${id}`);
    const [published] = resultsSchema.parse(answer).Items ?? [];
    if (published?.Params === undefined) throw new BacalhauError(`published no result of ${id}`);
    const archive = await request(published.Params.URL);
    if (!archive.ok || archive.body === null)
      throw new BacalhauError(`does not serve ${published.Params.URL}`);
    return readResultArchive(archive.body, outputBytes);
  }

  return {
    async run(job, signal) {
      if ((await find(job.Name)) === undefined) await post(job);
      const found = await follow(job.Name, signal);
      const output = executionsOf(found).find((one) => one.ComputeState.StateType === COMPLETED)?.RunOutput;
      if (!output) throw new BacalhauError(`shows no completed execution of ${job.Name}`);
      return { exitCode: output.ExitCode, files: await fetchFiles(found.Job.ID) };
    },
  };
}

function executionsOf({ Executions }: Answer) {
  return Executions?.Items ?? [];
}

async function bodyOf(answer: Response, failure: string): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new BacalhauError(failure, `${answer.status} ${text}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new BacalhauError(failure, `no JSON: ${text.slice(0, 200)}`);
  }
}
