import { onDeals } from "../actions/contracts.ts";

export interface SetAutoExtendParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
  /** Epoch up to which the provider alone may extend; 0: not at all. */
  until: bigint;
  /** Greatest rate of the deal with which it may: token units per TiB and epoch. */
  rateCap: bigint;
}

const action = onDeals.write(
  "setAutoExtend",
  ({ dealId, until, rateCap }: SetAutoExtendParameters) => [dealId, until, rateCap],
  { event: "DealAutoExtendSet" },
);

/**
 * Says how far the provider alone may extend a deal. Sent by the client.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const setAutoExtend = action.send;

/** {@link setAutoExtend}, waited for: the receipt, DealAutoExtendSet, and all that the contract told. @throws ActionError */
export const setAutoExtendSync = action.sync;
export type SetAutoExtendSyncReturnType = Awaited<ReturnType<typeof setAutoExtendSync>>;

/** The call of {@link setAutoExtend}, to batch or to simulate. */
export const setAutoExtendCall = action.call;

/** The DealAutoExtendSet of {@link setAutoExtend} in a receipt. @throws EventMissingError */
export const extractSetAutoExtendEvent = action.extract;
