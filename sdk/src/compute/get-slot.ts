import { onEscrow } from "../actions/contracts.ts";
import { readableSlot } from "./states.ts";

export interface GetSlotParameters {
  /** From 1. */
  jobId: bigint;
  /** From 0. */
  task: number;
  /** From 0. */
  slot: number;
}

/**
 * A worker's slot of a task in its present round. `price` in the smallest unit of the job's token; `answer` is the seal, then the root.
 * @throws ActionError
 */
export const getSlot = onEscrow.read(
  "slotOf",
  ({ jobId, task, slot }: GetSlotParameters) => [jobId, task, BigInt(slot)],
  readableSlot,
);
export type GetSlotReturnType = Awaited<ReturnType<typeof getSlot>>;
