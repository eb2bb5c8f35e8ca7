/** Items of a shard: from `start`, up to and without `end`. */
export interface ShardRange {
  start: number;
  end: number;
}

/**
 * The part of `items` that a shard works on: contiguous, in order, sizes at most one apart, the larger ones first.
 * @param items how many there are, a safe integer
 * @throws RangeError if there is no such shard
 */
export function shardRange(items: number, shards: number, shard: number): ShardRange {
  if (!Number.isSafeInteger(items) || items < 0) throw new RangeError(`${items} is no number of items`);
  if (!Number.isSafeInteger(shards) || !Number.isSafeInteger(shard) || shard < 0 || shard >= shards) {
    throw new RangeError(`There is no shard ${shard} of ${shards}`);
  }
  const share = Math.floor(items / shards);
  const larger = items % shards;
  const start = shard * share + Math.min(shard, larger);
  return { start, end: start + share + (shard < larger ? 1 : 0) };
}
