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
import { GuestFailedError, type GuestSurroundings, guestRequest, runInProcess } from "@holdfast/sdk/node";
import type { Hex } from "viem";
import type { RunFiles } from "./result-archive.ts";
import type { Sources } from "./sources.ts";

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

/** How much longer than a worker an arbiter lets a guest run. */
const PATIENCE = 10;

/**
 * Runs a task here, without a compute node, in surroundings of one's choice: the way of auditors and arbiters.
 * @param ids stand where a node has its own: an honest guest's result does not depend on them
 * @throws GuestFailedError if the guest does not finish, FileUnavailableError
 */
export async function rerunTask(
  run: TaskRun,
  sources: Sources,
  { ids = "rerun", ...surroundings }: GuestSurroundings & { ids?: string } = {},
): Promise<TaskOutcome> {
  const { spec } = run;
  const byUrl = new Map<string, { cid: string; name: string }>();
  const inputUrls = (file: { cid: string; name: string }) => {
    const url = `http://rerun/${file.cid}/${file.name}`;
    byUrl.set(url, file);
    return url;
  };
  return runTask(run, inputUrls, async ({ Tasks: [task] }) => {
    const inputs = [];
    for (const { Target, Source } of task.InputSources) {
      const file = byUrl.get(Source.Params.URL)!;
      inputs.push({ path: `${Target}/${file.name}`, bytes: await sources.file(file) });
    }
    const { EntryModule, Entrypoint, Parameters } = task.Engine.Params;
    const request = guestRequest({
      ...{ module: EntryModule, entrypoint: Entrypoint, args: Parameters, inputs, outputs: spec.outputs },
      env: { ...task.Env, BACALHAU_EXECUTION_ID: `e-${ids}`, BACALHAU_JOB_ID: `j-${ids}` },
      limits: { memoryBytes: memoryPages(spec) * 65_536, outputBytes: 256 << 20 },
      surroundings,
    });
    const outcome = await runInProcess(request, PATIENCE * spec.timeouts.executionSeconds * 1000);
    if ("failure" in outcome) throw new GuestFailedError(outcome.failure);
    const { exit, files, stdout, stderr } = outcome.result;
    const streams = [
      { path: "stdout", bytes: stdout },
      { path: "stderr", bytes: stderr },
    ];
    return { exitCode: exit, files: [...files, ...streams] };
  });
}
