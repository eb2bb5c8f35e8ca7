import { onRegistry } from "../actions/contracts.ts";

/**
 * How many offers there are: their ids run from 1 to it.
 * @throws ActionError
 */
export const getOfferCount = onRegistry.read("offerCount", () => []);
export type GetOfferCountReturnType = Awaited<ReturnType<typeof getOfferCount>>;
