import type { Address } from "viem";
import { onRegistry } from "../actions/contracts.ts";

export interface WithdrawBondParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** Who gets it; an f0 id in masked form will do. */
  to: Address;
}

const action = onRegistry.write(
  "withdrawBond",
  ({ provider, to }: WithdrawBondParameters) => [provider, to],
  { event: "ProviderBondWithdrawn" },
);

/**
 * Pays out what was unbonded and no deal holds. Sent by the miner's owner.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const withdrawBond = action.send;

/** {@link withdrawBond}, waited for: the receipt, ProviderBondWithdrawn, and all that the contract told. @throws ActionError */
export const withdrawBondSync = action.sync;
export type WithdrawBondSyncReturnType = Awaited<ReturnType<typeof withdrawBondSync>>;

/** The call of {@link withdrawBond}, to batch or to simulate. */
export const withdrawBondCall = action.call;

/** The ProviderBondWithdrawn of {@link withdrawBond} in a receipt. @throws EventMissingError */
export const extractWithdrawBondEvent = action.extract;
