import { onEscrow } from "../actions/contracts.ts";
import { readableTask } from "./states.ts";

export interface GetTaskParameters {
  /** From 1. */
  jobId: bigint;
  /** From 0. */
  task: number;
}

/**
 * A task as recorded. `deadline` is the last epoch in which its state's parties may act, of an Open task nothing (see `since`, 0: since the
 * job's creation); `claim` is the commitment of a challenge, then the root it named. A passed deadline shows once somebody acts or
 * pokes.
 * @throws ActionError
 */
export const getTask = onEscrow.read(
  "taskOf",
  ({ jobId, task }: GetTaskParameters) => [jobId, task],
  readableTask,
);
export type GetTaskReturnType = Awaited<ReturnType<typeof getTask>>;
