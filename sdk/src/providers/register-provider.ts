import { onRegistry } from "../actions/contracts.ts";
import type { Envelope } from "./offer-terms.ts";

export interface RegisterProviderParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** What hot keys may commit the provider to. */
  envelope: Envelope;
  /** A first bond, attoFIL. Default: none yet. */
  bond?: bigint;
}

const action = onRegistry.write(
  "register",
  ({ provider, envelope }: RegisterProviderParameters) => [provider, envelope],
  { event: "ProviderRegistered", paying: ({ bond }) => bond },
);

/**
 * Registers a provider. Sent by the owner of its miner.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const registerProvider = action.send;

/** {@link registerProvider}, waited for: the receipt, ProviderRegistered, and all that the contract told. @throws ActionError */
export const registerProviderSync = action.sync;
export type RegisterProviderSyncReturnType = Awaited<ReturnType<typeof registerProviderSync>>;

/** The call of {@link registerProvider}, to batch or to simulate. */
export const registerProviderCall = action.call;

/** The ProviderRegistered of {@link registerProvider} in a receipt. @throws EventMissingError */
export const extractRegisterProviderEvent = action.extract;
