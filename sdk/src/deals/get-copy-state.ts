import { onDeals } from "../actions/contracts.ts";
import { enumName } from "../actions/enum-name.ts";
import { COPY_STATES } from "./states.ts";

export interface GetCopyStateParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
}

/**
 * A copy's state now, as evidence and time make it, poked or not. "None" for an unknown copy.
 * @throws ActionError
 */
export const getCopyState = onDeals.read(
  "stateOf",
  ({ copyId }: GetCopyStateParameters) => [copyId],
  (state) => enumName(COPY_STATES, state),
);
export type GetCopyStateReturnType = Awaited<ReturnType<typeof getCopyState>>;
