import { type Abi, type DecodeErrorResultReturnType, decodeErrorResult, type Hex, isHex } from "viem";
import { BaseError, findCause } from "./base-error.ts";
import { type Guidance, guidanceFor } from "./guidance/index.ts";

/** A contract's error, decoded. `errorName` and `args` are typed by the ABI; `Error` and `Panic` are Solidity's own. */
export type DecodedRevert<abi extends Abi = Abi> = DecodeErrorResultReturnType<abi>;

/** A contract refused a call with one of its own errors. */
export class ContractRevertedError<abi extends Abi = Abi> extends BaseError {
  readonly revert: DecodedRevert<abi>;
  /** What happened and why, in words; undefined for an error of another project's contract. */
  readonly guidance: Guidance | undefined;

  constructor(revert: DecodedRevert<abi>, options: { cause?: unknown; next?: string }) {
    const { errorName, args } = revert as DecodedRevert;
    const values = ((args ?? []) as unknown[]).map(describe);
    const guidance = guidanceFor(revert as DecodedRevert);
    const said = guidance === undefined ? "" : `: ${guidance.what}. ${guidance.why}`;
    super(`The contract refused with ${errorName}(${values.join(", ")})${said || "."}`, {
      ...(guidance === undefined ? {} : { next: guidance.next }),
      ...options,
    });
    this.revert = revert;
    this.guidance = guidance;
  }
}

/**
 * The custom error in raw revert data, or anywhere in the causes of an error that viem, Hardhat or an RPC endpoint gave;
 * undefined if there is none, or the ABI does not know it.
 */
export function decodeRevert<const abi extends Abi>(
  error: unknown,
  abi: abi,
): DecodedRevert<abi> | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  try {
    return decodeErrorResult({ abi, data } as { abi: Abi; data: Hex }) as DecodedRevert<abi>;
  } catch {
    return undefined;
  }
}

/**
 * `error` as a `ContractRevertedError` if it is a revert that the ABI knows, else unchanged: to rethrow.
 * @param next what to try, by error name: for errors that are not Holdfast's, which have guidance of their own.
 */
export function explainRevert<const abi extends Abi>(
  error: unknown,
  abi: abi,
  next: { [name in DecodedRevert<abi>["errorName"]]?: string } = {},
): unknown {
  const revert = decodeRevert(error, abi);
  if (revert === undefined) return error;
  const hint = (next as Record<string, string | undefined>)[(revert as DecodedRevert).errorName];
  return new ContractRevertedError(revert, { cause: error, ...(hint === undefined ? {} : { next: hint }) });
}

/** The revert data in an error: its own, or that of the innermost cause which has some. */
export function revertData(error: unknown): Hex | undefined {
  if (isHex(error)) return hasSelector(error) ? error : undefined;
  let found: Hex | undefined;
  findCause(error, (cause) => {
    found = dataOf(cause) ?? found;
    return false;
  });
  return found;
}

/** viem keeps the bytes in `raw` or `data`, RPC endpoints in `data` or `data.data`. */
function dataOf(error: unknown): Hex | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { raw, data } = error as { raw?: unknown; data?: unknown };
  const nested = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : undefined;
  return [raw, data, nested].find((value) => isHex(value) && hasSelector(value)) as Hex | undefined;
}

function hasSelector(data: Hex): boolean {
  return data.length >= 10 && data.length % 2 === 0;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${describe(item)}`)
      .join(", ")}}`;
  }
  return String(value);
}
