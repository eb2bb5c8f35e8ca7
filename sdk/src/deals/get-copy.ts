import { onDeals } from "../actions/contracts.ts";
import { readableCopy } from "./states.ts";

export interface GetCopyParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
}

/**
 * A copy as recorded (a fault is not: see `getCopyState`). `rate` in token units an epoch, `bond` in attoFIL; `sector` means
 * something once `activation` is not 0, `close` once the copy is final.
 * @throws ActionError
 */
export const getCopy = onDeals.read("copyOf", ({ copyId }: GetCopyParameters) => [copyId], readableCopy);
export type GetCopyReturnType = Awaited<ReturnType<typeof getCopy>>;
