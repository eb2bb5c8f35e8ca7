/** What the node has executed, and what of it can no longer be undone. Epochs. */
export interface Heads {
  latest: bigint;
  finalized: bigint;
}
