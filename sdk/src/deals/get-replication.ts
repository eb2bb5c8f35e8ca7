import type { Hex } from "viem";
import { onDeals } from "../actions/contracts.ts";

export interface GetReplicationParameters {
  /** The piece's root (CommP), 32 bytes. */
  commitment: Hex;
  /** At most how many copies are looked at. */
  limit: bigint;
  /** Where to go on: `next` of the page before. Default: the newest copy. */
  cursor?: bigint;
}

/**
 * A page of a piece's live copies over all deals, newest first, and how many different providers and owners keep them.
 * `next` is 0 at the end.
 * @throws ActionError
 */
export const getReplication = onDeals.read(
  "replicationOf",
  ({ commitment, limit, cursor = 0n }: GetReplicationParameters) => [commitment, cursor, limit],
  ([replicas, providers, owners, next]) => ({ replicas, providers, owners, next }),
);
export type GetReplicationReturnType = Awaited<ReturnType<typeof getReplication>>;
