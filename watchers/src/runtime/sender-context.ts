import type { Logger } from "pino";
import type { PublicClient } from "viem";
import type { AccountState } from "./account-state.ts";
import type { BudgetLimits, OpenBudget, Pause, PauseReason } from "./budget.ts";
import type { TransactionKind } from "./contract-call.ts";
import type { Fault } from "./fault-point.ts";
import type { Finished } from "./finished.ts";
import type { Metrics } from "./metrics.ts";
import type { Outbox, StoredIntent } from "./outbox.ts";
import type { Signer } from "./signer.ts";
import type { TransactionLog } from "./transaction-log.ts";

export interface SenderLimits extends BudgetLimits {
  /** Epochs after a receipt at which it counts as final even if the node does not call it so yet, at most 900. */
  confirmations: bigint;
  /** Epochs without a receipt after which the fee is raised. */
  stuckAfter: bigint;
  /** Transactions that are signed and not mined, at most. Lotus takes 10 from one account over a gateway, Forest too. */
  maxInFlight: number;
}

/** What the parts of the sender share. */
export interface SenderContext {
  outbox: Outbox;
  log: TransactionLog;
  client: PublicClient;
  account: Signer;
  chainId: number;
  kinds: Readonly<Record<string, TransactionKind>>;
  limits: SenderLimits;
  fault: Fault;
  logger: Logger;
  metrics: Metrics;
}

/** What one round goes by. */
export interface Round {
  latest: bigint;
  finalized: bigint;
  account: AccountState;
  /** Opened when it is first asked for. */
  budget(): Promise<OpenBudget>;
  /** Why transactions were held back in this round. */
  pauses: Map<PauseReason, Pause>;
}

/** How far one intent came. `isBlocked`: no later nonce may be sent in this round. */
export interface Progress {
  finished?: Finished;
  isBlocked?: boolean;
}

export const WAITING: Progress = {};
export const BLOCKED: Progress = { isBlocked: true };

export function kindOf({ kinds }: SenderContext, { kind }: StoredIntent): TransactionKind {
  return kinds[kind] as TransactionKind;
}
