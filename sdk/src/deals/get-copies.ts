import { onDeals } from "../actions/contracts.ts";
import { readableCopy } from "./states.ts";

export interface GetCopiesParameters {
  /** The deal's id, which is its rail's. */
  dealId: bigint;
}

/**
 * A deal's copies in index order: see `getCopy`.
 * @throws ActionError
 */
export const getCopies = onDeals.read(
  "copiesOf",
  ({ dealId }: GetCopiesParameters) => [dealId],
  (copies) => copies.map(readableCopy),
);
export type GetCopiesReturnType = Awaited<ReturnType<typeof getCopies>>;
