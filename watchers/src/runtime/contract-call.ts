import {
  type Abi,
  type Address,
  type ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
} from "viem";
import type { Finality } from "./database.ts";

/** A contract call, ready to be simulated and signed. */
export interface ContractCall {
  address: Address;
  /** Its errors are how a revert gets its name. */
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}

/** How intents of one kind become a transaction, and what is kept of its receipt. */
export interface TransactionKind {
  /** What must have become of a receipt before its outcome counts; `final` unless it says otherwise. */
  finality?: Finality;
  /** Names of errors that time alone mends: tried again later. Every other named revert is for good. */
  transient?: readonly string[];
  call(payload: unknown): ContractCall;
  extract(receipt: TransactionReceipt, payload: unknown): unknown;
}

/** A contract's refusal: the error's name, and the same with its values. */
export interface Revert {
  name: string | undefined;
  text: string;
}

/** @throws what viem throws for a revert; `revertOf` reads it. */
export async function simulate(
  client: PublicClient,
  account: Address,
  call: ContractCall,
  blockNumber?: bigint,
): Promise<void> {
  await client.simulateContract({
    ...call,
    account,
    ...(blockNumber === undefined ? {} : { blockNumber }),
  } as never);
}

export function encodeCall({ abi, functionName, args }: ContractCall): Hex {
  return encodeFunctionData({ abi, functionName, args });
}

/** The contract's error, or undefined when the call did not revert. */
export function revertOf(error: unknown): Revert | undefined {
  const revert = causeNamed(error, "ContractFunctionRevertedError") as
    | ContractFunctionRevertedError
    | undefined;
  if (revert === undefined) return undefined;
  if (revert.data !== undefined) {
    const { errorName, args = [] } = revert.data;
    return { name: errorName, text: `${errorName}(${args.map(String).join(", ")})` };
  }
  if (revert.signature !== undefined) return { name: revert.signature, text: revert.signature };
  return { name: undefined, text: revert.reason ?? "reverted without a reason" };
}

/** By name: the client may come from another copy of viem than this file's. */
export function causeNamed(error: unknown, name: string): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause.name === name) return cause;
  return undefined;
}

/** How viem names an exchange that brought no answer. */
const SILENCE: ReadonlySet<unknown> = new Set([
  "HttpRequestError",
  "TimeoutError",
  "SocketClosedError",
  "WebSocketRequestError",
]);

/** Codes by which nodes and proxies limit requests, whatever these ask for. */
const LIMITS: ReadonlySet<unknown> = new Set([429, -32005]);

/** Whether a node said nothing about the request: no answer, a proxy's page, or a limit on requests. */
export function isSilence(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { name, code } = cause as { name: string; code?: unknown };
    if (SILENCE.has(name) || LIMITS.has(code)) return true;
    // What a transport that is a function threw: a node's answer has a code.
    if (name === "UnknownRpcError") return typeof (cause.cause as { code?: unknown })?.code !== "number";
  }
  return false;
}
