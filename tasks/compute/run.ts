import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  asFile,
  buildResultManifest,
  compileJob,
  inputsOfShard,
  type JobSpec,
  jobShape,
  packResult,
  type ResultManifest,
  resultRoot,
  specCid,
} from "@holdfast/sdk";
import { type GuestBytes, runGuest } from "@holdfast/sdk/node";
import type { CommonArguments } from "../define.ts";
import { command } from "../run/command.ts";
import { fields, table } from "../run/output.ts";
import { inStage, type Tell } from "../run/progress.ts";
import { numbersOf } from "./numbers.ts";
import { checkModule, openFiles, readSpec, type SpecFiles } from "./spec-files.ts";

interface RunArguments extends CommonArguments {
  spec: string;
  tasks: string | undefined;
  files: string | undefined;
  out: string | undefined;
}

/** What a task came to. */
interface TaskRun {
  task: number;
  manifests: ResultManifest[];
  files: Map<string, Uint8Array>;
}

export default command<RunArguments>(async (args, context) => {
  const spec = await readSpec(args.spec);
  const files = await openFiles(args.spec, args.files);
  const module = await files.bytesOf(spec.module);
  checkModule(spec, module, context);
  const runs = [];
  for (const task of numbersOf("--tasks", args.tasks, jobShape(spec).tasks)) {
    const run = await inStage(`Task ${task}`, (tell) =>
      runTask(spec, { task, module, files, signal: context.signal, tell }),
    );
    const root = resultRoot(run.manifests);
    const { car, cid, pieceCid } = packResult({ manifests: run.manifests, files: run.files.values() });
    if (args.out !== undefined) await save(args.out, cid, car);
    runs.push({ task, root, dataCid: cid, pieceCid, shards: run.manifests });
  }
  return {
    json: { spec: specCid(spec), tasks: runs },
    text: [
      fields({ spec: specCid(spec) }),
      ...runs.map(({ task, root, dataCid, pieceCid, shards }) =>
        [
          `\nTASK ${task}`,
          table(
            shards.flatMap(({ exit, files }, shard) =>
              files.map(({ path, size, sha256 }) => ({ shard, exit, file: path, bytes: size, sha256 })),
            ),
          ),
          fields({ "result root": root, CAR: dataCid, "its piece": pieceCid }),
        ].join("\n"),
      ),
    ].join("\n"),
  };
});

async function save(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), bytes);
}

/** Runs the shards of a task one after the other, each as the job that a node would get. */
async function runTask(
  spec: JobSpec,
  {
    task,
    module,
    files,
    signal,
    tell,
  }: { task: number; module: Uint8Array; files: SpecFiles; signal: AbortSignal; tell: Tell },
): Promise<TaskRun> {
  const run: TaskRun = { task, manifests: [], files: new Map() };
  for (let shard = 0; shard < spec.sharding.perTask; shard++) {
    signal.throwIfAborted();
    tell(`shard ${shard} of ${spec.sharding.perTask}`);
    const { Tasks } = compileJob(spec, {
      ...{ chainId: 0, jobId: 0n, task, round: 0, shard },
      inputUrls: ({ cid, name }) => `http://localhost/${cid}/${name}`,
    });
    const [{ Engine, Env }] = Tasks;
    const inputs: GuestBytes[] = [{ path: Engine.Params.EntryModule, bytes: module }];
    for (const { target, ...file } of inputsOfShard(spec, task, shard)) {
      inputs.push({ path: `${target}/${file.name}`, bytes: await files.bytesOf(file) });
    }
    const {
      exit,
      files: written,
      stdout,
    } = await runGuest({
      ...{ module, args: Engine.Params.Parameters, env: Env, inputs, outputs: spec.outputs, signal },
      limits: {
        memoryBytes: spec.resources.memoryMb * 1_000_000,
        timeMs: spec.timeouts.executionSeconds * 1_000,
        ...(spec.resources.diskMb === undefined ? {} : { outputBytes: spec.resources.diskMb * 1_000_000 }),
      },
    });
    const left = [...written, { path: "stdout", bytes: stdout }];
    for (const file of left) run.files.set(asFile(file).sha256, file.bytes);
    run.manifests.push(buildResultManifest({ spec: specCid(spec), task, exitCode: exit, files: left }));
  }
  return run;
}
