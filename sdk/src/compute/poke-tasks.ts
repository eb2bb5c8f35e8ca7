import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface PokeTasksParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  tasks: readonly number[];
}

const action = onEscrow.write("poke", ({ job, tasks }: PokeTasksParameters) => [job, tasks]);

/**
 * Applies every deadline that has passed, the audit's draw included. Anyone may. Tells what became of it, which may be nothing.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const pokeTasks = action.send;

/** {@link pokeTasks}, waited for: the receipt, and all that the contract told. @throws ActionError */
export const pokeTasksSync = action.sync;
export type PokeTasksSyncReturnType = Awaited<ReturnType<typeof pokeTasksSync>>;

/** The call of {@link pokeTasks}, to batch or to simulate. */
export const pokeTasksCall = action.call;

/** What {@link pokeTasks} changed, as told in a receipt: nothing, or all that ComputeEscrow told. */
export const extractPokeTasksEvents: typeof onEscrow.eventsOf = onEscrow.eventsOf;
