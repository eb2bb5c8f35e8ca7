export { type ArbiterOptions, createArbiter } from "./compute/arbiter.ts";
export { type AuditorOptions, createAuditor } from "./compute/auditor.ts";
export { type Bacalhau, BacalhauError, type BacalhauOptions, createBacalhau } from "./compute/bacalhau.ts";
export type { Done, Role } from "./compute/role.ts";
export { openShelf, type Shelf } from "./compute/shelf.ts";
export {
  createSources,
  FileUnavailableError,
  PIECES_FILE,
  type Sources,
  type SourcesOptions,
  taskPieces,
} from "./compute/sources.ts";
export type { ArbiterIntent, AuditorIntent, WorkerIntent, WorkerPolicy } from "./compute/state.ts";
export { createWorker, type WorkerOptions } from "./compute/worker.ts";
export {
  ConfigInvalidError,
  type DaemonConfig,
  type DaemonConfigInput,
  type DealsConfig,
  type DealsConfigInput,
  loadConfig,
  parseDealsConfig,
} from "./config.ts";
export type * from "./deals/state.ts";
export type { DealsTables } from "./deals/tables.ts";
export {
  createDealsWatcher,
  type DealsEvent,
  type DealsWatcher,
  type DealsWatcherOptions,
  type Step,
} from "./deals/watcher.ts";
export { openWatcherDatabase } from "./open-watcher-database.ts";
export { type ChainClientOptions, createChainClient } from "./runtime/chain-client.ts";
export { type Clock, systemClock } from "./runtime/clock.ts";
export { createEndpoints, type Endpoints, type EndpointsOptions } from "./runtime/endpoints.ts";
export { FAULT_POINTS, type Fault, type FaultPoint } from "./runtime/fault-point.ts";
export type { Finished } from "./runtime/transaction-sender.ts";
