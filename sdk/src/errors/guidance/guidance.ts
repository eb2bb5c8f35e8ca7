import { type ContractErrorArgs, type ContractErrorName, formatEther } from "viem";
import type { actionErrorsAbi } from "../known-errors.ts";

/** What to tell a person about a contract's refusal. */
export interface Guidance {
  /** What happened, with the error's values. */
  what: string;
  /** Why, or what the rule is. */
  why: string;
  /** The command to run next, then anything that has to be said about it. */
  next: string;
}

export type KnownErrorName = ContractErrorName<typeof actionErrorsAbi>;

/** The values of an error, as its guide takes them. */
type ValuesOf<name extends KnownErrorName> =
  ContractErrorArgs<typeof actionErrorsAbi, name> extends infer values extends readonly unknown[]
    ? values
    : [];

/** A guide for each error, from its values. */
export type Guides<name extends KnownErrorName = KnownErrorName> = {
  [each in name]: (...values: ValuesOf<each>) => Guidance;
};

/** attoFIL for people. */
export const fil = (amount: bigint) => `${formatEther(amount)} FIL`;
/** Units of a token with 18 decimals, for people. */
export const token = (amount: bigint) => `${formatEther(amount)} of the token`;
/** A miner's actor id. */
export const miner = (id: bigint) => `f0${id}`;

/** Commands that many guides end in. */
export const DOCTOR = "npx hardhat fil doctor";
export const LIST = "npx hardhat deal list";
export const OFFERS = "npx hardhat provider list";
export const PROPOSE = "npx hardhat deal propose <folder>";
export const FUND = "npx hardhat deal fund --amount <tokens>";
export const deal = (id: bigint) => `npx hardhat deal status ${id}`;
export const provider = (id: bigint) => `npx hardhat provider status ${miner(id)}`;

/** For what no call of Holdfast's can cause unless an address, a version or the contract itself is wrong. */
export function unexpected(what: string, why: string): Guidance {
  return {
    what,
    why,
    next: `${DOCTOR}: it compares addresses and code; if all is well there, report this error`,
  };
}
