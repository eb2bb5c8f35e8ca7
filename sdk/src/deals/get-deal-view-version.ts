import { onDeals } from "../actions/contracts.ts";

/**
 * The version of Curio's deal view that the contract answers.
 * @throws ActionError
 */
export const getDealViewVersion = onDeals.read("version", () => []);
export type GetDealViewVersionReturnType = Awaited<ReturnType<typeof getDealViewVersion>>;
