import { onPay } from "../actions/contracts.ts";

export interface GetRailParameters {
  /** The rail's id; a deal's rail has the deal's id. */
  railId: bigint;
}

/**
 * A rail: rates in token units an epoch, `endEpoch` 0 until terminated. RailInactiveOrSettled once it is finalised.
 * @throws ActionError
 */
export const getRail = onPay.read("getRail", ({ railId }: GetRailParameters) => [railId]);
export type GetRailReturnType = Awaited<ReturnType<typeof getRail>>;
