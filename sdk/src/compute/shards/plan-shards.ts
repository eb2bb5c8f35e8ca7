import { JobPlanInvalidError } from "./errors.ts";
import { type ShardRange, shardRange } from "./shard-range.ts";

/** How a job is cut: `tasks` settle each on its own, and are run as `shardsPerTask` executions each. */
export interface JobShape {
  /** 1 to 65,535. */
  tasks: number;
  /** 1 to 256. */
  shardsPerTask: number;
}

/** A shard and the items it works on: from `start`, up to and without `end`. All count from 0. */
export interface PlannedShard extends ShardRange {
  task: number;
  /** Within the task. */
  shard: number;
  /** Within the job: what `{shard}` stands for in args. */
  index: number;
}

/**
 * Deals `items` out to tasks and their shards, in order and as evenly as can be: sharding by range.
 * @throws JobPlanInvalidError if a shard would be empty, or the shape is none that the contract takes
 */
export function planByRange(items: number, { tasks, shardsPerTask }: JobShape): PlannedShard[] {
  checkWhole("tasks", tasks, 65_535);
  checkWhole("shardsPerTask", shardsPerTask, 256);
  const shards = tasks * shardsPerTask;
  if (!Number.isSafeInteger(items) || items < shards) {
    throw new JobPlanInvalidError(
      `${items} items leave some of ${shards} shards empty`,
      "Make fewer tasks or shards: one for each item at most.",
    );
  }
  return Array.from({ length: shards }, (_, index) => ({
    task: Math.floor(index / shardsPerTask),
    shard: index % shardsPerTask,
    index,
    ...shardRange(items, shards, index),
  }));
}

/**
 * The same for a list: each shard with its items.
 * @throws JobPlanInvalidError as planByRange
 */
export function planByList<Item>(
  list: readonly Item[],
  shape: JobShape,
): (PlannedShard & { items: Item[] })[] {
  return planByRange(list.length, shape).map((shard) => ({
    ...shard,
    items: list.slice(shard.start, shard.end),
  }));
}

function checkWhole(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new JobPlanInvalidError(`${what} is ${value}`, `Choose 1 to ${most}.`);
}
