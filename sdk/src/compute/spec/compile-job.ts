import { fromBytes as base64Of } from "ox/Base64";
import type { JobShape } from "../shards/plan-shards.ts";
import { shardRange } from "../shards/shard-range.ts";
import { digestOfCid, sha256Hex } from "./cid.ts";
import { JobNotCompiledError } from "./errors.ts";
import { specDigest } from "./parse-spec.ts";
import { type JobSpec, MODULE_TARGET, placements, type SpecInput } from "./schema.ts";

/**
 * The most bytes that may travel inside a job: Bacalhau sends a job to its node as one message of at most 1 MiB, in
 * which these stand as base64.
 */
export const INLINE_MAX_BYTES = 700_000;

/** Which execution of a spec. Counts from 0. */
export interface CompileJobOptions {
  chainId: number;
  jobId: bigint;
  task: number;
  round: number;
  /** Of the task's shards; 0 where a task is one. */
  shard: number;
  /**
   * Where a node downloads a file from: http(s), ending in `/<name>`, answering HEAD with a Content-Length. Needed for
   * whatever is not in `inline`.
   */
  inputUrls?: (file: { cid: string; name: string }) => string;
  /** Bytes of raw CIDs, to travel in the job itself; at most INLINE_MAX_BYTES in all. */
  inline?: ReadonlyMap<string, Uint8Array>;
}

/** How many tasks a spec has and how many shards each: `tasks` and `shardsPerTask` of the job on chain. */
export function jobShape({ sharding }: JobSpec): JobShape {
  return { tasks: sharding.count / sharding.perTask, shardsPerTask: sharding.perTask };
}

/** The number of a task's shard among all shards of the job. */
export function shardIndex(spec: JobSpec, task: number, shard: number): number {
  const { tasks, shardsPerTask } = jobShape(spec);
  if (!(Number.isInteger(task) && task >= 0 && task < tasks)) {
    throw new JobNotCompiledError(`it has no task ${task}`, `Tasks count from 0 to ${tasks - 1}.`);
  }
  if (!(Number.isInteger(shard) && shard >= 0 && shard < shardsPerTask)) {
    throw new JobNotCompiledError(
      `its tasks have no shard ${shard}`,
      `Shards count from 0 to ${shardsPerTask - 1}.`,
    );
  }
  return task * shardsPerTask + shard;
}

/** What a task's shard reads, in the spec's order, without the module. */
export function inputsOfShard(spec: JobSpec, task: number, shard: number): SpecInput[] {
  const index = shardIndex(spec, task, shard);
  const placed = placements(spec);
  return spec.inputs.filter((_, at) => placed[at]?.shard === "*" || placed[at]?.shard === index);
}

/** A job as Bacalhau's API takes it (v1.9.3); of its many keys, those that a spec sets. */
export interface BacalhauJob {
  Name: string;
  Namespace: "default";
  Type: "batch";
  Count: 1;
  Labels: Record<string, string>;
  Constraints: [];
  Tasks: [BacalhauTask];
}

/** The one task of a job. */
export interface BacalhauTask {
  Name: "main";
  Engine: {
    Type: "wasm";
    Params: { EntryModule: string; Entrypoint: string; Parameters: string[] };
  };
  Env: Record<string, string>;
  InputSources: BacalhauInput[];
  ResultPaths: { Name: string; Path: string }[];
  Publisher: { Type: "local" };
  Resources: { CPU: string; Memory: string; Disk?: string };
  Network: { Type: "None" };
  /** Seconds. */
  Timeouts: { ExecutionTimeout: number; QueueTimeout: number; TotalTimeout: number };
}

/** A file of a job: as `<Target>/<name>` if downloaded, as Target itself if inline. */
export interface BacalhauInput {
  Target: string;
  Source: { Type: "urlDownload" | "inline"; Params: { URL: string } };
}

/**
 * The Bacalhau job that runs one shard of a spec. The same arguments give the same job, and its Name belongs to them:
 * a job is posted once and found again by Name. Ask for the Name first: posting a Name again with any change, be it the
 * port in a URL, makes the node run it anew.
 * @throws JobNotCompiledError for a shard that is not there, files without a source, or too many bytes inline
 */
export function compileJob(spec: JobSpec, options: CompileJobOptions): BacalhauJob {
  const { chainId, jobId, task, round, shard } = options;
  const { sharding, resources, timeouts } = spec;
  const index = shardIndex(spec, task, shard);
  const inOne = sharding.perTask === 1;
  const digest = specDigest(spec).slice(2, 10);
  const files = [{ ...spec.module, target: MODULE_TARGET }, ...inputsOfShard(spec, task, shard)];
  checkInlineSize(files, options);
  return {
    Name: `cod-${chainId}-${jobId}-${task}-${round}-${digest}${inOne ? "" : `-${shard}`}`,
    Namespace: "default",
    Type: "batch",
    Count: 1,
    Labels: {
      "cod.chain": `${chainId}`,
      "cod.job": `${jobId}`,
      "cod.task": `${task}`,
      "cod.round": `${round}`,
      ...(!inOne && { "cod.shard": `${shard}` }),
    },
    Constraints: [],
    Tasks: [
      {
        Name: "main",
        Engine: {
          Type: "wasm",
          Params: {
            EntryModule: `${MODULE_TARGET}/${spec.module.name}`,
            Entrypoint: spec.entrypoint,
            Parameters: spec.args.map((arg) => fill(arg, spec, index)),
          },
        },
        Env: { ...spec.env, SHARD_INDEX: `${index}`, SHARD_COUNT: `${sharding.count}` },
        InputSources: files.map((file) => sourceOf(file, options)),
        ResultPaths: spec.outputs.map((name) => ({ Name: name, Path: `/${name}` })),
        Publisher: { Type: "local" },
        Resources: {
          CPU: resources.cpuMillis % 1000 === 0 ? `${resources.cpuMillis / 1000}` : `${resources.cpuMillis}m`,
          Memory: `${resources.memoryMb}Mb`,
          ...(resources.diskMb !== undefined && { Disk: `${resources.diskMb}Mb` }),
        },
        Network: { Type: "None" },
        Timeouts: {
          ExecutionTimeout: timeouts.executionSeconds,
          QueueTimeout: timeouts.queueSeconds,
          TotalTimeout: timeouts.totalSeconds,
        },
      },
    ],
  };
}

/** Pages of 64 KiB that a spec's memory makes, rounded as Bacalhau does. */
export function memoryPages({ resources }: Pick<JobSpec, "resources">): number {
  return Math.min(65_536, Math.ceil((resources.memoryMb * 1_000_000) / 65_536));
}

function fill(arg: string, { sharding }: JobSpec, index: number): string {
  const range = sharding.kind === "range" ? shardRange(sharding.items, sharding.count, index) : undefined;
  const values: Record<string, number | undefined> = { shard: index, shards: sharding.count, ...range };
  return arg.replace(/\{([a-z]+)\}/g, (found, name: string) => `${values[name] ?? found}`);
}

type File = { cid: string; name: string; target: string };

function sourceOf(file: File, { inline, inputUrls }: CompileJobOptions): BacalhauInput {
  const bytes = inline?.get(file.cid);
  if (bytes !== undefined) return inlined(file, bytes);
  const URL = inputUrls?.({ cid: file.cid, name: file.name });
  if (URL === undefined) {
    throw new JobNotCompiledError(
      `nothing says where ${file.cid} is`,
      "Give inputUrls, or its bytes in inline.",
    );
  }
  if (!/^https?:\/\/[^?#]+$/.test(URL) || !URL.endsWith(`/${file.name}`)) {
    throw new JobNotCompiledError(
      `${URL} would not arrive as ${file.name}`,
      `Serve it over http(s) under a path that ends in /${file.name}.`,
    );
  }
  return { Target: file.target, Source: { Type: "urlDownload", Params: { URL } } };
}

function inlined(file: File, bytes: Uint8Array): BacalhauInput {
  if (digestOfCid(file.cid) !== sha256Hex(bytes)) {
    throw new JobNotCompiledError(`the bytes given for ${file.cid} are others`, "Fetch that file again.");
  }
  const type = file.target === MODULE_TARGET ? "application/wasm" : "application/octet-stream";
  const URL = `data:${type};base64,${base64Of(bytes)}`;
  return { Target: `${file.target}/${file.name}`, Source: { Type: "inline", Params: { URL } } };
}

function checkInlineSize(files: File[], { inline }: CompileJobOptions): void {
  const size = files.reduce((sum, { cid }) => sum + (inline?.get(cid)?.length ?? 0), 0);
  if (size <= INLINE_MAX_BYTES) return;
  throw new JobNotCompiledError(
    `${size} bytes are to travel in it, and ${INLINE_MAX_BYTES} may`,
    "Serve the larger files by inputUrls.",
  );
}
