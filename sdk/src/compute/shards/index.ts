export { JobPlanInvalidError } from "./errors.ts";
export {
  inputsTree,
  type JobTree,
  type TaskInput,
  workersTree,
} from "./job-trees.ts";
export { type JobShape, type PlannedShard, planByList, planByRange } from "./plan-shards.ts";
export { type ShardRange, shardRange } from "./shard-range.ts";
