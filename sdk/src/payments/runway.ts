import { EPOCHS_PER_DAY } from "../fvm/epoch.ts";
import type { GetAccountReturnType } from "./get-account.ts";

/** A span of time. */
export interface Span {
  epochs: bigint;
  /** Of 2,880 epochs, as on live networks. */
  days: number;
}

/** How long an account's money lasts at its present rate. */
export interface Runway {
  /** Token units an epoch that leave the account. */
  rate: bigint;
  /** Token units that are neither locked nor owed; less than 0: what the account is short of. */
  free: bigint;
  /** Up to this epoch every stream and lockup is covered; then the account is dry. undefined without a stream: for ever. */
  fundedUntil: bigint | undefined;
  /** Until then. Less than 0: since then. */
  net: Span | undefined;
  /** How long the streams could be paid out of all that is in the account, lockups and what is owed included. */
  gross: Span | undefined;
}

/** The runway of an account of Filecoin Pay (`getAccount`) as of an epoch, if nothing is deposited, ended or begun. */
export function runwayOf(account: GetAccountReturnType, epoch: bigint): Runway {
  const { funds, lockupCurrent, lockupRate: rate, lockupLastSettledAt } = account;
  const free = funds - lockupCurrent - rate * (epoch - lockupLastSettledAt);
  if (rate === 0n) return { rate, free, fundedUntil: undefined, net: undefined, gross: undefined };
  const fundedUntil = lockupLastSettledAt + (funds - lockupCurrent) / rate;
  return { rate, free, fundedUntil, net: span(fundedUntil - epoch), gross: span(funds / rate) };
}

/** @returns so many epochs, and the days that they are */
export function span(epochs: bigint): Span {
  return { epochs, days: Number(epochs) / Number(EPOCHS_PER_DAY) };
}
