export * from "./accept-arbiter.ts";
export * from "./accept-tasks.ts";
export * from "./approve-tasks.ts";
export * from "./attest-task.ts";
export * from "./burn-compute-penalties.ts";
export * from "./cancel-tasks.ts";
export * from "./check-compute-control.ts";
export * from "./collect-arbiter-fees.ts";
export * from "./commitments.ts";
export * from "./confirm-compute-node.ts";
export * from "./create-job.ts";
export * from "./create-job-with-permit.ts";
export * from "./deposit-compute-credit.ts";
export * from "./deposit-stake.ts";
export * from "./deposit-stake-with-permit.ts";
export * from "./get-attestation-digest.ts";
export * from "./get-challenge-commitment.ts";
export * from "./get-collectable-stake.ts";
export * from "./get-compute-credit.ts";
export * from "./get-compute-domain.ts";
export * from "./get-compute-node.ts";
export * from "./get-compute-operator.ts";
export * from "./get-compute-parameters.ts";
export * from "./get-compute-registry-parameters.ts";
export * from "./get-job.ts";
export * from "./get-job-cost.ts";
export * from "./get-job-count.ts";
export * from "./get-job-hash.ts";
export * from "./get-panel-arbiter-parameters.ts";
export * from "./get-panel-domain.ts";
export * from "./get-ruling-digest.ts";
export * from "./get-seal.ts";
export * from "./get-single-arbiter-parameters.ts";
export * from "./get-slot.ts";
export * from "./get-stake.ts";
export * from "./get-task.ts";
export * from "./get-task-price.ts";
export * from "./get-tasks.ts";
export * from "./get-uncollected-stake.ts";
export * from "./is-arbiter-accepted.ts";
export * from "./is-compute-controller.ts";
export * from "./is-panel-member.ts";
export { type Job, type JobParams, jobCost, jobHash, leastStake, type TaskResult } from "./job.ts";
export { type JobWindows, jobWindowsFor } from "./job-windows.ts";
export * from "./lint/index.ts";
export * from "./lock-challenge.ts";
export * from "./manifest/index.ts";
export * from "./name-challenge.ts";
export * from "./open-task.ts";
export * from "./poke-tasks.ts";
export * from "./register-compute-node.ts";
export * from "./release-holdback.ts";
export * from "./release-tasks.ts";
export * from "./result/index.ts";
export * from "./rule-as-judge.ts";
export * from "./rule-as-panel.ts";
export * from "./rule-task.ts";
export * from "./seal-task.ts";
export * from "./shards/index.ts";
export * from "./spec/index.ts";
export {
  COMPUTE_MODES,
  type ComputeMode,
  isFinalTask,
  RULINGS,
  type RulingName,
  SLOT_STATUSES,
  type SlotStatus,
  TASK_STATES,
  type TaskState,
} from "./states.ts";
export * from "./submit-tasks.ts";
export {
  type ArbiterRuling,
  type Attestors,
  arbiterRulingTypedData,
  ascendingSigners,
  attestorsOf,
  type ResultAttestation,
  resultAttestationTypedData,
  type SignedBy,
  SignersInvalidError,
  signArbiterRuling,
  signResultAttestation,
} from "./typed-data.ts";
export * from "./unbond-stake.ts";
export * from "./withdraw-compute-credit.ts";
export * from "./withdraw-stake.ts";
