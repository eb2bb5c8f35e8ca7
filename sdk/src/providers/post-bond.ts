import { onRegistry } from "../actions/contracts.ts";

export interface PostBondParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** attoFIL. */
  amount: bigint;
}

const action = onRegistry.write("postBond", ({ provider }: PostBondParameters) => [provider], {
  event: "ProviderBondPosted",
  paying: ({ amount }) => amount,
});

/**
 * Adds to a provider's bond. Anyone may; only the owner takes it out.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const postBond = action.send;

/** {@link postBond}, waited for: the receipt, ProviderBondPosted, and all that the contract told. @throws ActionError */
export const postBondSync = action.sync;
export type PostBondSyncReturnType = Awaited<ReturnType<typeof postBondSync>>;

/** The call of {@link postBond}, to batch or to simulate. */
export const postBondCall = action.call;

/** The ProviderBondPosted of {@link postBond} in a receipt. @throws EventMissingError */
export const extractPostBondEvent = action.extract;
