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
  extractDealsEvents,
  extractEvidenceEvents,
  extractPayEvents,
  extractRegistryEvents,
} from "./contracts.ts";
export {
  AccountMissingError,
  type ActionError,
  actionErrorsAbi,
  EventMissingError,
  TransactionRevertedError,
} from "./errors.ts";
