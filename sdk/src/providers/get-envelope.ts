import { onRegistry } from "../actions/contracts.ts";

export interface GetEnvelopeParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
}

/**
 * A provider's envelope in force, and a pending one with the epoch from which it is.
 * @throws ActionError
 */
export const getEnvelope = onRegistry.read(
  "envelopeOf",
  ({ provider }: GetEnvelopeParameters) => [provider],
  ([current, pending, effective]) => ({ current, ...(effective === 0n ? {} : { pending, effective }) }),
);
export type GetEnvelopeReturnType = Awaited<ReturnType<typeof getEnvelope>>;
