import type { Account, Address } from "viem";
import { estimateContractGas, estimateFeesPerGas } from "viem/actions";
import type { ActionClient, ContractCall } from "./action.ts";
import { explained } from "./errors.ts";

/** What a transaction would cost now. */
export interface CostEstimate {
  /** Gas limit; Filecoin's estimates have a margin already. */
  gas: bigint;
  /** attoFIL per gas that it pays at most. */
  maxFeePerGas: bigint;
  /** attoFIL of gas at most: gas * maxFeePerGas. The sender pays what is used, at the base fee of the epoch. */
  fee: bigint;
  /** attoFIL that go with the call. */
  value: bigint;
}

/**
 * What the call of an action (`xCall`) would cost its sender on today's state. A call that would be refused is, with the
 * reason.
 * @throws ContractRevertedError
 */
export async function estimateCost(
  client: ActionClient,
  { account, ...call }: ContractCall & { account: Account | Address },
): Promise<CostEstimate> {
  const request = { ...(call as ContractCall & { args: readonly unknown[] }), account };
  try {
    const [gas, { maxFeePerGas }] = await Promise.all([
      estimateContractGas(client, request),
      estimateFeesPerGas(client),
    ]);
    return { gas, maxFeePerGas, fee: gas * maxFeePerGas, value: (call as { value?: bigint }).value ?? 0n };
  } catch (error) {
    throw explained(error);
  }
}
