import { onDeals } from "../actions/contracts.ts";
import { enumName } from "../actions/enum-name.ts";
import { DEAL_VIEW_STATES } from "./states.ts";

export interface GetDealViewStateParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
}

/**
 * A copy's state in the words of Curio's deal view. DealNotFound for an unknown copy.
 * @throws ActionError
 */
export const getDealViewState = onDeals.read(
  "getDealState",
  ({ copyId }: GetDealViewStateParameters) => [copyId],
  (state) => enumName(DEAL_VIEW_STATES, state),
);
export type GetDealViewStateReturnType = Awaited<ReturnType<typeof getDealViewState>>;
