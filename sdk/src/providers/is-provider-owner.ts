import type { Address } from "viem";
import { onRegistry } from "../actions/contracts.ts";

export interface IsProviderOwnerParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
  /** In any of its forms. */
  who: Address;
}

/**
 * Whether somebody owns a miner, as the miner actor says now.
 * @throws ActionError
 */
export const isProviderOwner = onRegistry.read("isOwner", ({ provider, who }: IsProviderOwnerParameters) => [
  provider,
  who,
]);
export type IsProviderOwnerReturnType = Awaited<ReturnType<typeof isProviderOwner>>;
