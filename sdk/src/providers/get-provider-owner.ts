import { onRegistry } from "../actions/contracts.ts";

export interface GetProviderOwnerParameters {
  /** The provider: its miner's actor id. */
  provider: bigint;
}

/**
 * The actor id of the miner's owner when last seen acting; the miner actor itself has the truth (`isProviderOwner`).
 * @throws ActionError
 */
export const getProviderOwner = onRegistry.read("ownerOf", ({ provider }: GetProviderOwnerParameters) => [
  provider,
]);
export type GetProviderOwnerReturnType = Awaited<ReturnType<typeof getProviderOwner>>;
