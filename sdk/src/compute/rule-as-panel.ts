import type { Hex } from "viem";
import { onPanelArbiter } from "../actions/contracts.ts";
import type { Job } from "./job.ts";
import { bySigner, type SignedBy } from "./typed-data.ts";

export interface RuleAsPanelParameters {
  /** The job as it was created: `getJob`. */
  job: Job;
  /** From 0. */
  task: number;
  /** The task's round that was looked at: another one is refused. */
  round: number;
  /** The right root, or one of `RULINGS`. */
  root: Hex;
  /** Of at least as many members as must agree (`signArbiterRuling`), in any order. */
  signatures: readonly SignedBy[];
}

const action = onPanelArbiter.write(
  "rule",
  ({ job, task, round, root, signatures }: RuleAsPanelParameters) => {
    const sorted = bySigner(signatures);
    return [
      job,
      task,
      round,
      root,
      sorted.map(({ signer }) => signer),
      sorted.map(({ signature }) => signature),
    ];
  },
  { event: "ArbiterRuled" },
);

/**
 * Rules on a Disputed task by a PanelArbiter. Anyone brings the signatures.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const ruleAsPanel = action.send;

/** {@link ruleAsPanel}, waited for: the receipt, ArbiterRuled, and all that the contract told. @throws ActionError */
export const ruleAsPanelSync = action.sync;
export type RuleAsPanelSyncReturnType = Awaited<ReturnType<typeof ruleAsPanelSync>>;

/** The call of {@link ruleAsPanel}, to batch or to simulate. */
export const ruleAsPanelCall = action.call;

/** The ArbiterRuled of {@link ruleAsPanel} in a receipt. @throws EventMissingError */
export const extractRuleAsPanelEvent = action.extract;
