import { onRegistry } from "../actions/contracts.ts";
import type { Envelope } from "./offer-terms.ts";

export interface AnnounceEnvelopeParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** What hot keys may commit the provider to. */
  envelope: Envelope;
}

const action = onRegistry.write(
  "announceEnvelope",
  ({ provider, envelope }: AnnounceEnvelopeParameters) => [provider, envelope],
  { event: "ProviderEnvelopeAnnounced" },
);

/**
 * Announces another envelope, in force `envelopeDelay` epochs later (`getRegistryParameters`); replaces a pending one. Sent by
 * the miner's owner.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const announceEnvelope = action.send;

/** {@link announceEnvelope}, waited for: the receipt, ProviderEnvelopeAnnounced, and all that the contract told. @throws ActionError */
export const announceEnvelopeSync = action.sync;
export type AnnounceEnvelopeSyncReturnType = Awaited<ReturnType<typeof announceEnvelopeSync>>;

/** The call of {@link announceEnvelope}, to batch or to simulate. */
export const announceEnvelopeCall = action.call;

/** The ProviderEnvelopeAnnounced of {@link announceEnvelope} in a receipt. @throws EventMissingError */
export const extractAnnounceEnvelopeEvent = action.extract;
