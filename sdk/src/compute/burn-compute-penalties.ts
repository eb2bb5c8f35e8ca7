import type { Address } from "viem";
import { onEscrow } from "../actions/contracts.ts";

export interface BurnComputePenaltiesParameters {
  /** The zero address is FIL. */
  token: Address;
}

const action = onEscrow.write("burn", ({ token }: BurnComputePenaltiesParameters) => [token], {
  event: "ComputeWithdrawn",
});

/**
 * Sends the burnt part of penalties to f099. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const burnComputePenalties = action.send;

/** {@link burnComputePenalties}, waited for: the receipt, ComputeWithdrawn, and all that the contract told. @throws ActionError */
export const burnComputePenaltiesSync = action.sync;
export type BurnComputePenaltiesSyncReturnType = Awaited<ReturnType<typeof burnComputePenaltiesSync>>;

/** The call of {@link burnComputePenalties}, to batch or to simulate. */
export const burnComputePenaltiesCall = action.call;

/** The ComputeWithdrawn of {@link burnComputePenalties} in a receipt. @throws EventMissingError */
export const extractBurnComputePenaltiesEvent = action.extract;
