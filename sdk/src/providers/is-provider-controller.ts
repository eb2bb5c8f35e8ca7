import type { Address } from "viem";
import { onRegistry } from "../actions/contracts.ts";

export interface IsProviderControllerParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** In any of its forms. */
  who: Address;
}

/**
 * Whether somebody is a miner's owner, worker or control address, as the miner actor says now.
 * @throws ActionError
 */
export const isProviderController = onRegistry.read(
  "isControlling",
  ({ provider, who }: IsProviderControllerParameters) => [provider, who],
);
export type IsProviderControllerReturnType = Awaited<ReturnType<typeof isProviderController>>;
