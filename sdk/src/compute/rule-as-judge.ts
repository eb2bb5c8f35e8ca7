import type { Hex } from "viem";
import { onSingleArbiter } from "../actions/contracts.ts";
import type { Job } from "./job.ts";

export interface RuleAsJudgeParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** The task's round that was looked at: another one is refused. */
  round: number;
  /** The right root, or one of `RULINGS`. */
  root: Hex;
}

const action = onSingleArbiter.write(
  "rule",
  ({ job, task, round, root }: RuleAsJudgeParameters) => [job, task, round, root],
  { event: "ArbiterRuled" },
);

/**
 * Rules on a Disputed task by a SingleArbiter. Sent by its judge.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const ruleAsJudge = action.send;

/** {@link ruleAsJudge}, waited for: the receipt, ArbiterRuled, and all that the contract told. @throws ActionError */
export const ruleAsJudgeSync = action.sync;
export type RuleAsJudgeSyncReturnType = Awaited<ReturnType<typeof ruleAsJudgeSync>>;

/** The call of {@link ruleAsJudge}, to batch or to simulate. */
export const ruleAsJudgeCall = action.call;

/** The ArbiterRuled of {@link ruleAsJudge} in a receipt. @throws EventMissingError */
export const extractRuleAsJudgeEvent = action.extract;
