/** Room for a copy's index in its id. */
const INDEX_BITS = 8n;
const MAX_INDEX = (1n << INDEX_BITS) - 1n;

/**
 * A copy's id: the deal's id << 8 | the copy's index. Curio calls it market_deal_id.
 * @throws RangeError for an index beyond 255, or a negative one
 */
export function copyIdOf(dealId: bigint, index: bigint | number): bigint {
  const at = BigInt(index);
  if (dealId < 0n || at < 0n || at > MAX_INDEX) {
    throw new RangeError(`Deal ${dealId} has no copy ${index}: indexes are 0 to ${MAX_INDEX}.`);
  }
  return (dealId << INDEX_BITS) | at;
}

/** The deal of a copy, and the copy's index in it. */
export function splitCopyId(copyId: bigint): { dealId: bigint; index: number } {
  return { dealId: copyId >> INDEX_BITS, index: Number(copyId & MAX_INDEX) };
}
