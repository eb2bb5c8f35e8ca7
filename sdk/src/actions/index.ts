export type {
  ActionClient,
  Calling,
  ContractCall,
  ContractEvent,
  ContractOptions,
  Logs,
  ReadAction,
  ReadOptions,
  SyncOptions,
  WriteOptions,
} from "./action.ts";
export {
  extractComputeEvents,
  extractComputeRegistryEvents,
  extractDealsEvents,
  extractEvidenceEvents,
  extractPayEvents,
  extractRegistryEvents,
} from "./contracts.ts";
export {
  AccountMissingError,
  type ActionError,
  EventMissingError,
  TransactionRevertedError,
} from "./errors.ts";
export { type CostEstimate, estimateCost } from "./estimate-cost.ts";
export {
  FINALITIES,
  type Finality,
  TransactionDroppedError,
  type WaitForFinalityParameters,
  waitForFinality,
} from "./wait-for-finality.ts";
