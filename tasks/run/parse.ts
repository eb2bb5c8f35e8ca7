import { actorIdOf, EPOCHS_PER_DAY, toEvmAddress } from "@holdfast/sdk";
import { type Address, parseUnits } from "viem";
import { TaskConfigError } from "./exit-codes.ts";

const HELP = "Run the task with --help";

/** A whole number. */
export function whole(name: string, text: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new TaskConfigError(`${name} is ${JSON.stringify(text)}, not a whole number.`, HELP);
}

/** "1.5": an amount with 18 decimals, FIL or a token. */
export function amount(name: string, text: string): bigint {
  if (/^\d+(\.\d{1,18})?$/.test(text)) return parseUnits(text, 18);
  throw new TaskConfigError(`${name} is ${JSON.stringify(text)}, not an amount such as 1.5.`, HELP);
}

const SIZES = ["", "KiB", "MiB", "GiB", "TiB"];

/** "32GiB": bytes. */
export function bytes(name: string, text: string): bigint {
  const [, count, unit = ""] = /^(\d+) ?([KMGT]iB|B)?$/.exec(text) ?? [];
  if (count === undefined) {
    throw new TaskConfigError(`${name} is ${JSON.stringify(text)}, not a size such as 32GiB.`, HELP);
  }
  return BigInt(count) << BigInt(10 * Math.max(0, SIZES.indexOf(unit)));
}

/** Bytes for people. */
export function sizeText(value: bigint): string {
  let at = 0;
  let rest = value;
  while (at < 4 && rest >= 1024n && rest % 1024n === 0n) {
    rest /= 1024n;
    at++;
  }
  if (at > 0 || rest < 1024n) return `${rest} ${SIZES[at] || "B"}`;
  let scaled = Number(value);
  for (at = 0; scaled >= 1024 && at < 4; at++) scaled /= 1024;
  return `${scaled.toFixed(1)} ${SIZES[at]}`;
}

/** "f01000", "t01000" or "1000": a miner's actor id. */
export function minerId(text: string): bigint {
  const id = /^\d+$/.test(text) ? BigInt(text) : attempt(() => actorIdOf(text));
  if (id !== undefined) return id;
  throw new TaskConfigError(`${text} names no miner.`, "Name it by its id, as in f01000");
}

/** Any form of an address that has an EVM form. */
export function evmAddress(name: string, text: string): Address {
  const address = attempt(() => toEvmAddress(text));
  if (address !== undefined) return address;
  throw new TaskConfigError(
    `${name} is ${JSON.stringify(text)}, not a usable address.`,
    "npx hardhat fil address <any>",
  );
}

/** "180d" or "518400": days, or epochs. */
export function epochs(name: string, text: string, perDay: bigint = EPOCHS_PER_DAY): bigint {
  const [, count, unit] = /^(\d+)(d)?$/.exec(text) ?? [];
  if (count === undefined) {
    throw new TaskConfigError(`${name} is ${JSON.stringify(text)}, not epochs, or days such as 180d.`, HELP);
  }
  return unit === "d" ? BigInt(count) * perDay : BigInt(count);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
