import { onDeals } from "../actions/contracts.ts";

export interface IsCopyLiveParameters {
  /** The copy's id: the deal's id << 8 | index (`copyIdOf`). */
  copyId: bigint;
}

/**
 * Whether a copy is active, was last seen Active, is freshly proven, and before its last epoch.
 * @throws ActionError
 */
export const isCopyLive = onDeals.read("isLive", ({ copyId }: IsCopyLiveParameters) => [copyId]);
export type IsCopyLiveReturnType = Awaited<ReturnType<typeof isCopyLive>>;
