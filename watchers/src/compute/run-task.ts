import {
  type BacalhauJob,
  buildResultManifest,
  type CompileJobOptions,
  compileJob,
  inputsOfShard,
  type JobSpec,
  jobShape,
  memoryPages,
  type PackedResult,
  packResult,
  type ResultManifest,
  resultRoot,
  specCid,
} from "@holdfast/sdk";
import {
  type GuestBytes,
  type GuestResult,
  type RunGuestOptions,
  runGuest,
  runThrice,
} from "@holdfast/sdk/node";
import type { Hex } from "viem";
import type { RunFiles } from "./result-archive.ts";
import { FileUnavailableError, type Sources } from "./sources.ts";
import type { Examination } from "./state.ts";

/** Bytes of all files of a run. */
const OUTPUT_BYTES = 256 << 20;

/** A task of a spec that is to be run. */
export interface TaskRun {
  spec: JobSpec;
  chainId: number;
  jobId: bigint;
  task: number;
  round: number;
}

/** Runs one compiled shard. */
export type RunShard = (job: BacalhauJob) => Promise<RunFiles>;

/** A task's result and the root it is committed to by. */
export interface TaskOutcome extends PackedResult {
  root: Hex;
}

/** Runs all shards of a task, one after the other, and packs what they leave behind. */
export async function runTask(
  { spec, task, ...id }: TaskRun,
  inputUrls: NonNullable<CompileJobOptions["inputUrls"]>,
  run: RunShard,
): Promise<TaskOutcome> {
  const manifests: ResultManifest[] = [];
  const files: Uint8Array[] = [];
  for (let shard = 0; shard < jobShape(spec).shardsPerTask; shard++) {
    const { exitCode, files: left } = await run(compileJob(spec, { ...id, task, shard, inputUrls }));
    manifests.push(buildResultManifest({ spec: specCid(spec), task, exitCode, files: left }));
    files.push(...left.map(({ bytes }) => bytes));
  }
  return { root: resultRoot(manifests), ...packResult({ manifests, files }) };
}

/** All files of a task, its module first, verified and kept. @throws FileUnavailableError */
export async function fetchTask(
  sources: Sources,
  { spec, task }: Pick<TaskRun, "spec" | "task">,
): Promise<void> {
  await sources.file(spec.module);
  for (let shard = 0; shard < jobShape(spec).shardsPerTask; shard++) {
    for (const input of inputsOfShard(spec, task, shard)) await sources.file(input);
  }
}

/** How much longer than a worker an auditor or arbiter lets a guest run. */
const PATIENCE = 10;

/** Runs a task here, without a compute node. @throws GuestFailedError, FileUnavailableError */
export function rerunTask(run: TaskRun, sources: Sources): Promise<TaskOutcome> {
  return runHere(run, sources, async (guest) => filesOf(await runGuest(guest)));
}

/**
 * What an arbiter finds: the root of a task of which three runs agree though ids, environment, times and the order of
 * directories differ, or what becomes of them.
 */
export async function examineTask(run: TaskRun, sources: Sources): Promise<Examination["runs"]> {
  try {
    const { root } = await runHere(run, sources, async (guest) => {
      const ruling = await runThrice(guest);
      if (ruling.verdict === "DETERMINISTIC") return filesOf(ruling.result);
      throw new Verdict(ruling.verdict === "INCOMPLETE" ? "incomplete" : "nondeterministic");
    });
    return { root };
  } catch (error) {
    if (error instanceof Verdict) return error.verdict;
    if (error instanceof FileUnavailableError) return "unavailable";
    throw error;
  }
}

/** One shard's verdict is the task's. */
class Verdict extends Error {
  readonly verdict: "incomplete" | "nondeterministic";
  constructor(verdict: "incomplete" | "nondeterministic") {
    super(verdict);
    this.verdict = verdict;
  }
}

/** As on a compute node, but that the guest is called as one likes. */
function runHere(
  run: TaskRun,
  sources: Sources,
  call: (guest: RunGuestOptions) => Promise<RunFiles>,
): Promise<TaskOutcome> {
  const { spec } = run;
  const byUrl = new Map<string, { cid: string; name: string }>();
  const inputUrls = (file: { cid: string; name: string }) => {
    const url = `http://here/${file.cid}/${file.name}`;
    byUrl.set(url, file);
    return url;
  };
  return runTask(run, inputUrls, async ({ Tasks: [task] }) => {
    const inputs: GuestBytes[] = [];
    for (const { Target, Source } of task.InputSources) {
      const file = byUrl.get(Source.Params.URL) as { cid: string; name: string };
      inputs.push({ path: `${Target}/${file.name}`, bytes: await sources.file(file) });
    }
    const { Entrypoint: entrypoint, Parameters: args } = task.Engine.Params;
    const timeMs = PATIENCE * spec.timeouts.executionSeconds * 1000;
    return call({
      ...{ module: await sources.file(spec.module), entrypoint, args, inputs, outputs: spec.outputs },
      env: task.Env,
      limits: { memoryBytes: memoryPages(spec) * 65_536, outputBytes: OUTPUT_BYTES, timeMs },
    });
  });
}

function filesOf({ exit, files, stdout }: GuestResult): RunFiles {
  return { exitCode: exit, files: [...files, { path: "stdout", bytes: stdout }] };
}
