import type { Address } from "viem";
import { onComputeRegistry } from "../actions/contracts.ts";

export interface AcceptArbiterParameters {
  arbiter: Address;
  /** Default: it does. */
  accepted?: boolean;
}

const action = onComputeRegistry.write(
  "acceptArbiter",
  ({ arbiter, accepted = true }: AcceptArbiterParameters) => [arbiter, accepted],
  { event: "ComputeArbiterAccepted" },
);

/**
 * Says whether the sender, a worker, takes jobs that name this arbiter: both arbiters of a job must be accepted.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const acceptArbiter = action.send;

/** {@link acceptArbiter}, waited for: the receipt, ComputeArbiterAccepted, and all that the contract told. @throws ActionError */
export const acceptArbiterSync = action.sync;
export type AcceptArbiterSyncReturnType = Awaited<ReturnType<typeof acceptArbiterSync>>;

/** The call of {@link acceptArbiter}, to batch or to simulate. */
export const acceptArbiterCall = action.call;

/** The ComputeArbiterAccepted of {@link acceptArbiter} in a receipt. @throws EventMissingError */
export const extractAcceptArbiterEvent = action.extract;
