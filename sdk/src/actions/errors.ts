import type { Hash } from "viem";
import type { DeploymentUnknownError } from "../deployments.ts";
import { BaseError } from "../errors/base-error.ts";
import { type ContractRevertedError, explainRevert } from "../errors/decode-revert.ts";
import { actionErrorsAbi } from "../errors/known-errors.ts";
import { explainWallet, type WalletChainError, type WalletError } from "../wallet/errors.ts";

/** An action that sends has nobody to send for. */
export class AccountMissingError extends BaseError {
  constructor(functionName: string) {
    super(`Nobody is there to send ${functionName}: the client has no account.`, {
      next: "Create the client with an account, or pass `account`.",
    });
  }
}

/** A transaction landed and reverted, and its call does not tell why any more. */
export class TransactionRevertedError extends BaseError {
  readonly hash: Hash;
  constructor(functionName: string, hash: Hash, cause?: unknown) {
    super(`${functionName} reverted in ${hash}.`, {
      cause,
      next: "Look at the transaction in a block explorer; out of gas is the usual reason.",
    });
    this.hash = hash;
  }
}

/** A receipt without the event that was looked for. */
export class EventMissingError extends BaseError {
  constructor(contract: string, eventName: string) {
    super(`The receipt has no ${eventName} of ${contract}.`, {
      next: "Check that it is the receipt of the right transaction, and the contract's address.",
    });
  }
}

/** What viem threw, with the next step: as a `WalletError` if a wallet declined, as a `ContractRevertedError` if a contract did. */
export function explained(error: unknown): unknown {
  return explainWallet(error) ?? explainRevert(error, actionErrorsAbi);
}

/** What an action rejects with, beside what viem itself throws for a transport that fails. */
export type ActionError =
  | ContractRevertedError<typeof actionErrorsAbi>
  | AccountMissingError
  | DeploymentUnknownError
  | EventMissingError
  | TransactionRevertedError
  | WalletChainError
  | WalletError;
