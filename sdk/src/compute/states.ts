import { numberToHex } from "viem";
import { enumName } from "../actions/enum-name.ts";

/** How a result is verified, by its number on chain: JobParams' `mode` is the index here. */
export const COMPUTE_MODES = ["Optimistic", "Quorum", "Attested"] as const;
export type ComputeMode = (typeof COMPUTE_MODES)[number];

/** States of a task by their number on chain; the last three are final. */
export const TASK_STATES = [
  "Open",
  "Assigned",
  "Revealing",
  "Submitted",
  "Challenged",
  "Disputed",
  "Accepted",
  "Refunded",
  "Settled",
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** What a worker's slot of a task is, by its number on chain. */
export const SLOT_STATUSES = ["Taken", "Sealed", "Opened", "Out"] as const;
export type SlotStatus = (typeof SLOT_STATUSES)[number];

/** What an arbiter may rule in place of a root; WITHHELD may also be named by a challenger. */
export const RULINGS = {
  NONDETERMINISTIC: sentinel(1),
  UNAVAILABLE: sentinel(2),
  WITHHELD: sentinel(3),
  INCOMPLETE: sentinel(4),
};
export type RulingName = keyof typeof RULINGS;

/** Whether nothing can happen to a task any more, but for a share that is held back. */
export function isFinalTask(state: TaskState): boolean {
  return state === "Accepted" || state === "Refunded" || state === "Settled";
}

export function readableTask<task extends { state: number }>({ state, ...task }: task) {
  return { state: enumName(TASK_STATES, state), ...task };
}

export function readableSlot<slot extends { status: number }>({ status, ...slot }: slot) {
  return { status: enumName(SLOT_STATUSES, status), ...slot };
}

function sentinel(value: number) {
  return numberToHex(value, { size: 32 });
}
