import type { Source } from "./chain-reader.ts";
import type { StoredEvent } from "./event-log.ts";
import type { Intent } from "./outbox.ts";
import type { RequestKind } from "./request-runner.ts";
import type { TransactionKind } from "./transaction-sender.ts";

/** What a person should know and a watcher cannot mend. */
export interface Warning {
  kind: string;
  message: string;
}

/** What a watcher found at an epoch, and what it wants done. */
export interface Plan {
  epoch: bigint;
  intents: readonly Intent[];
  alerts: readonly Warning[];
}

/** Looks after one thing (one dataset): loads and decides, and sends nothing itself. */
export interface Watcher {
  /** Of metrics and logs. */
  readonly name: string;
  /** As of an executed epoch. */
  plan(epoch: bigint): Promise<Plan>;
}

/** Everything that the daemon knows about one kind of watcher: how what these decide is done, and the watchers. */
export interface Capability {
  readonly name: string;
  readonly transactions: Readonly<Record<string, TransactionKind>>;
  readonly requests: Readonly<Record<string, RequestKind>>;
  readonly watchers: readonly Watcher[];
  /** Contracts whose events are kept. */
  readonly sources?: readonly Source[];
  /** Of the events of all sources, what concerns it; called in the order of the chain. */
  keep?(events: StoredEvent[]): Promise<StoredEvent[]>;
  /** Ends what it opened. */
  close(): Promise<void>;
}
