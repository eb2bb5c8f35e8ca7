import { type Epoch, type EpochClock, epochToDate } from "./epoch.ts";

export interface EpochTextOptions {
  clock: EpochClock;
  /** The moment that is now: by the machine, or by a devnet's newest block. */
  now: Date;
  /** IANA name. Default: the machine's own. */
  timeZone?: string;
}

/** An epoch for people, with the local time of its start: "epoch 4,812,345 ~ 2026-11-20 14:32, in 41 min". */
export function epochText(epoch: bigint, { clock, now, timeZone }: EpochTextOptions): string {
  const date = epochToDate(epoch as Epoch, clock);
  if (Number.isNaN(date.getTime())) return `epoch ${grouped(epoch)}`;
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const distance = spanText(Math.abs(seconds));
  return `epoch ${grouped(epoch)} ~ ${localTime(date, timeZone)}, ${seconds < 0 ? `${distance} ago` : `in ${distance}`}`;
}

/** "2026-11-20 14:32" where the reader is. */
export function localTime(date: Date, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    ...{ hourCycle: "h23", ...(timeZone === undefined ? {} : { timeZone }) },
  } as Intl.DateTimeFormatOptions).formatToParts(date);
  const at = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${at("year")}-${at("month")}-${at("day")} ${at("hour")}:${at("minute")}`;
}

/** "41 min", "3 h 20 min", "12 days": two figures at most. */
export function spanText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `${Math.round(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
  }
  return `${grouped(BigInt(Math.round(minutes / 1440)))} days`;
}

function grouped(value: bigint): string {
  return value.toLocaleString("en-US");
}
