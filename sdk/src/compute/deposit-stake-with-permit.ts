import type { Address, Hash } from "viem";
import type { ActionClient, SyncOptions, WriteOptions } from "../actions/action.ts";
import { calling } from "../actions/contract-actions.ts";
import { onComputeRegistry } from "../actions/contracts.ts";
import { type Permit, permitFor } from "../payments/sign-permit.ts";

export interface DepositStakeWithPermitParameters {
  /** A token with EIP-2612 permits, such as USDFC. */
  token: Address;
  /** Token units. */
  amount: bigint;
  /** Unix seconds until which the permit is good. Default: an hour after the newest block. */
  deadline?: bigint;
}

/** What is ready to be called: a stake, and the permit for it. */
export interface PermittedStake extends DepositStakeWithPermitParameters {
  permit: Permit;
}

const action = onComputeRegistry.write(
  "depositWithPermit",
  ({ token, amount, permit: { deadline, v, r, s } }: PermittedStake) => [token, amount, deadline, v, r, s],
  { event: "ComputeStakeDeposited" },
);

/**
 * Adds to the free stake of the sender, a worker, in one transaction: signs the permit, then sends.
 * @returns the transaction's hash
 * @throws ActionError, PermitUnsupportedError
 */
export const depositStakeWithPermit = calling(
  action.send.calls,
  async (client: ActionClient, parameters: DepositStakeWithPermitParameters & WriteOptions): Promise<Hash> =>
    action.send(client, await permitted(client, parameters)),
);

/**
 * {@link depositStakeWithPermit}, waited for: the receipt, ComputeStakeDeposited, and all that the contract told.
 * @throws ActionError, PermitUnsupportedError
 */
export async function depositStakeWithPermitSync(
  client: ActionClient,
  parameters: DepositStakeWithPermitParameters & SyncOptions,
) {
  return action.sync(client, await permitted(client, parameters));
}
export type DepositStakeWithPermitSyncReturnType = Awaited<ReturnType<typeof depositStakeWithPermitSync>>;

/** The call of {@link depositStakeWithPermit} by a permit (`signPermit`), to batch or to simulate. */
export const depositStakeWithPermitCall = action.call;

/** The ComputeStakeDeposited of {@link depositStakeWithPermit} in a receipt. @throws EventMissingError */
export const extractDepositStakeWithPermitEvent = action.extract;

const permitted = <options extends DepositStakeWithPermitParameters & WriteOptions>(
  client: ActionClient,
  parameters: options,
) => permitFor(client, "ComputeRegistry", parameters, parameters);
