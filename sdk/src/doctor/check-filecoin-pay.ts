import {
  type AbiFunction,
  type Address,
  keccak256,
  stringToBytes,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { getCode, readContract } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { decodeRevert } from "../errors/decode-revert.ts";
import { filecoinPayAbi } from "../generated/abi-filecoin-pay.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";
import { type CheckCodeOptions, checkCode } from "./check-code.ts";

const FIX =
  "Give the address of Filecoin Pay V1 on this chain: another contract must not hold or move money.";

/** The constants of V1: see docs/deals.md, "Settlement on Filecoin Pay". */
const CONSTANTS = [
  ["NETWORK_FEE_NUMERATOR", 1n],
  ["NETWORK_FEE_DENOMINATOR", 200n],
  ["COMMISSION_MAX_BPS", 10_000n],
] as const;

/** What Holdfast calls that changes something, and so cannot be tried: looked for in the code. */
const WRITTEN = [
  ...["createRail", "deposit", "depositWithPermit", "depositWithPermitAndApproveOperator"],
  ...["modifyRailLockup", "modifyRailPayment", "setOperatorApproval", "settleRail"],
  ...["settleTerminatedRailWithoutValidation", "terminateRail", "withdraw", "withdrawTo"],
];

/**
 * Whether an address answers as Filecoin Pay V1 does: it has code (the pinned one, if given), the selectors that Holdfast
 * calls, V1's constants, and its views answer for an account and a rail that nobody has.
 */
export async function checkFilecoinPay(
  client: ActionClient,
  address: Address,
  options: Pick<CheckCodeOptions, "pin"> = {},
): Promise<Check[]> {
  const code = await checkCode(client, address, { name: "FilecoinPay", ...options });
  if (!code.ok) return [code];
  return [code, ...(await Promise.all([selectors(client, address), answers(client, address)]))];
}

async function selectors(client: ActionClient, address: Address): Promise<Check> {
  const name = "functions of FilecoinPay";
  const code = (await getCode(client, { address })) ?? "0x";
  const missing = WRITTEN.filter((written) => {
    const item = filecoinPayAbi.find((part) => part.type === "function" && part.name === written);
    // solc pushes a selector without its leading zero bytes.
    return !code.includes(toFunctionSelector(item as AbiFunction).replace(/^0x(00)*/, ""));
  });
  return missing.length === 0
    ? passed(name, `all ${WRITTEN.length} that Holdfast sends to`)
    : failed(name, `${address} lacks ${missing.join(", ")}`, FIX);
}

async function answers(client: ActionClient, address: Address): Promise<Check> {
  const name = "answers of FilecoinPay";
  const pay = { address, abi: filecoinPayAbi } as const;
  try {
    for (const [functionName, expected] of CONSTANTS) {
      const answer = await readContract(client, { ...pay, functionName });
      if (answer !== expected)
        return failed(name, `${functionName} is ${answer}, of V1 it is ${expected}`, FIX);
    }
    const nobody = [zeroAddress, NOBODY] as const;
    const account = await readContract(client, { ...pay, functionName: "accounts", args: nobody });
    if (account.some((value) => value !== 0n)) return failed(name, "it has funds of an unused account", FIX);
    const [rails] = await readContract(client, {
      ...{ ...pay, functionName: "getRailsForPayerAndToken" },
      args: [NOBODY, zeroAddress, 0n, 1n],
    });
    if (rails.length !== 0) return failed(name, "it has rails of an unused account", FIX);
    await readContract(client, { ...pay, functionName: "operatorApprovals", args: [...nobody, NOBODY] });
    const none = await readContract(client, { ...pay, functionName: "getRail", args: [0n] }).then(
      () => undefined,
      (error: unknown) => decodeRevert(error, filecoinPayAbi),
    );
    if (none?.errorName !== "RailInactiveOrSettled") {
      return failed(name, "it does not refuse rail 0 with RailInactiveOrSettled", FIX);
    }
    return passed(name, "constants and views of V1");
  } catch (error) {
    return failed(name, reasonOf(error), FIX);
  }
}

/** Of no key that anybody has. */
const NOBODY: Address = `0x${keccak256(stringToBytes("holdfast: nobody")).slice(-40)}`;
