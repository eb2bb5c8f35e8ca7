import { onRegistry } from "../actions/contracts.ts";

/**
 * What `burnSlashed` would burn, attoFIL.
 * @throws ActionError
 */
export const getBurnable = onRegistry.read("burnable", () => []);
export type GetBurnableReturnType = Awaited<ReturnType<typeof getBurnable>>;
