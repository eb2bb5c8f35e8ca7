export { cidOfDigest, digestOfCid } from "./cid.ts";
export {
  type BacalhauInput,
  type BacalhauJob,
  type BacalhauTask,
  type CompileJobOptions,
  compileJob,
  INLINE_MAX_BYTES,
  inputsOfShard,
  jobShape,
  memoryPages,
  shardIndex,
} from "./compile-job.ts";
export { CidNotRawError, JobNotCompiledError, SpecInvalidError, type SpecProblem } from "./errors.ts";
export { encodeSpec, parseSpec, specCid, specDigest } from "./parse-spec.ts";
export {
  type JobSpec,
  MODULE_TARGET,
  SPEC_MAX_BYTES,
  SPEC_MAX_SHARDS_PER_TASK,
  SPEC_MAX_TASKS,
  type SpecInput,
  specSchema,
} from "./schema.ts";
