export { type ShardRange, shardRange } from "./shard-range.ts";
