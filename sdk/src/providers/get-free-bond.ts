import { onRegistry } from "../actions/contracts.ts";

export interface GetFreeBondParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
}

/**
 * What of a provider's bond may back new deals, attoFIL.
 * @throws ActionError
 */
export const getFreeBond = onRegistry.read("freeBondOf", ({ provider }: GetFreeBondParameters) => [provider]);
export type GetFreeBondReturnType = Awaited<ReturnType<typeof getFreeBond>>;
