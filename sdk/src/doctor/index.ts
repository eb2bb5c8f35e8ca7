export type { Check } from "./check.ts";
export { type CheckAccountOptions, checkAccount } from "./check-account.ts";
export { type CheckApprovalParameters, checkApproval } from "./check-approval.ts";
export { checkBindings, type DeploymentAddresses } from "./check-bindings.ts";
export {
  checkChainId,
  checkFinality,
  checkHead,
  checkNullRounds,
  checkStateCall,
  type NullRoundStyle,
  nullRoundStyle,
} from "./check-chain.ts";
export { type CheckCodeOptions, type CodePins, checkCode, codeHashOf } from "./check-code.ts";
export { type ComputeAddresses, checkComputeBindings } from "./check-compute-bindings.ts";
export { checkDaemon } from "./check-daemon.ts";
export { checkFilecoinPay } from "./check-filecoin-pay.ts";
export { checkToken } from "./check-token.ts";
