import { type Address, erc20Abi } from "viem";
import { readContract } from "viem/actions";
import type { ActionClient } from "../actions/action.ts";
import { permitDomain } from "../payments/sign-permit.ts";
import { type Check, failed, passed, reasonOf } from "./check.ts";
import { type CheckCodeOptions, checkCode } from "./check-code.ts";

const DECIMALS = 18;

/** Whether an address is a token as Holdfast needs it: code, 18 decimals, EIP-2612 permits by its own name and version. */
export async function checkToken(
  client: ActionClient,
  address: Address,
  options: Pick<CheckCodeOptions, "pin"> = {},
): Promise<Check[]> {
  const code = await checkCode(client, address, { name: "token", ...options });
  if (!code.ok) return [code];
  return [code, ...(await Promise.all([decimals(client, address), permits(client, address)]))];
}

async function decimals(client: ActionClient, address: Address): Promise<Check> {
  const name = "decimals of token";
  const fix = "Use a token of 18 decimals, such as USDFC: the least rate of a deal is counted in units.";
  try {
    const token = { address, abi: erc20Abi } as const;
    const [symbol, count] = await Promise.all([
      readContract(client, { ...token, functionName: "symbol" }),
      readContract(client, { ...token, functionName: "decimals" }),
    ]);
    if (count !== DECIMALS) return failed(name, `${symbol} has ${count}`, fix);
    return passed(name, `${symbol}, ${count}`);
  } catch (error) {
    return failed(name, reasonOf(error), "Give the address of an ERC-20 token.");
  }
}

async function permits(client: ActionClient, address: Address): Promise<Check> {
  const name = "permits of token";
  try {
    const { name: signed, version } = await permitDomain(client, address);
    return passed(name, `EIP-2612, signed for ${JSON.stringify(signed)} version ${version}`);
  } catch (error) {
    return failed(
      name,
      reasonOf(error),
      "Use a token with EIP-2612 permits, such as USDFC; without them approve Filecoin Pay on the token, then deposit.",
    );
  }
}
