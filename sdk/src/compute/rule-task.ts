import type { Hex } from "viem";
import { onEscrow } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface RuleTaskParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** The right root, or one of `RULINGS`. */
  root: Hex;
}

const action = onEscrow.write("rule", ({ job, task, root }: RuleTaskParameters) => [job, task, root], {
  event: "TaskRuled",
});

/**
 * Rules on a Disputed task, for an arbiter that is a plain account. Sent by the arbiter whose turn it is. See `ruleAsJudge` and
 * `ruleAsPanel` for the arbiters that Holdfast brings along.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const ruleTask = action.send;

/** {@link ruleTask}, waited for: the receipt, TaskRuled, and all that the contract told. @throws ActionError */
export const ruleTaskSync = action.sync;
export type RuleTaskSyncReturnType = Awaited<ReturnType<typeof ruleTaskSync>>;

/** The call of {@link ruleTask}, to batch or to simulate. */
export const ruleTaskCall = action.call;

/** The TaskRuled of {@link ruleTask} in a receipt. @throws EventMissingError */
export const extractRuleTaskEvent = action.extract;
