import { onRegistry } from "../actions/contracts.ts";

export interface GetBondParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
}

/**
 * A provider's bond: posted, locked by deals, and unbonding until an epoch; attoFIL.
 * @throws ActionError
 */
export const getBond = onRegistry.read("bondOf", ({ provider }: GetBondParameters) => [provider]);
export type GetBondReturnType = Awaited<ReturnType<typeof getBond>>;
