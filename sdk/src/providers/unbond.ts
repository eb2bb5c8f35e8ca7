import { onRegistry } from "../actions/contracts.ts";

export interface UnbondParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** attoFIL, at most the posted bond; 0 cancels. */
  amount: bigint;
}

const action = onRegistry.write("unbond", ({ provider, amount }: UnbondParameters) => [provider, amount], {
  event: "ProviderUnbondingStarted",
});

/**
 * Takes bond out of the backing of new deals, to be withdrawn `unbonding` epochs later (`getRegistryParameters`). Sent by the
 * miner's owner; restarts the wait for what is already unbonding.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const unbond = action.send;

/** {@link unbond}, waited for: the receipt, ProviderUnbondingStarted, and all that the contract told. @throws ActionError */
export const unbondSync = action.sync;
export type UnbondSyncReturnType = Awaited<ReturnType<typeof unbondSync>>;

/** The call of {@link unbond}, to batch or to simulate. */
export const unbondCall = action.call;

/** The ProviderUnbondingStarted of {@link unbond} in a receipt. @throws EventMissingError */
export const extractUnbondEvent = action.extract;
