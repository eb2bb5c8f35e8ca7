import { type Address, type Hex, isAddressEqual, type PublicClient } from "viem";

/** How far back the search begins; doubled until it is far enough. */
const FIRST_SPAN = 60n;

/**
 * The transaction that used up a nonce, found by what the chain's state says of the account at past epochs: the first
 * epoch with a higher count, or its parent (a node may give the state before or after an epoch's own messages). Undefined
 * when the node cannot show it. About 2 log2(`to` - `since`) requests.
 * @param since an epoch at which the nonce was free, as far as is known
 * @param to an epoch at which it is used up
 */
export async function findNonceUser(
  client: PublicClient,
  account: Address,
  nonce: number,
  since: bigint,
  to: bigint,
): Promise<{ hash: Hex; epoch: bigint } | undefined> {
  const isUsed = async (blockNumber: bigint) =>
    (await client.getTransactionCount({ address: account, blockNumber })) > nonce;
  if (!(await isUsed(to))) return undefined;
  let low = least(since, to);
  for (let span = FIRST_SPAN; low > 0n && (await isUsed(low)); span *= 2n) low = low > span ? low - span : 0n;
  let high = to;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (await isUsed(middle)) high = middle;
    else low = middle;
  }
  let block = await client.getBlock({ blockNumber: high, includeTransactions: true });
  for (let looked = 0; ; looked++) {
    const found = block.transactions.find(
      (known) => known.nonce === nonce && isAddressEqual(known.from, account),
    );
    if (found !== undefined) return { hash: found.hash, epoch: block.number };
    if (looked === 1) return undefined;
    block = await client.getBlock({ blockHash: block.parentHash, includeTransactions: true });
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
