import { onPay } from "../actions/contracts.ts";

export interface TerminateRailParameters {
  /** The rail's id; a deal's rail has the deal's id. */
  railId: bigint;
}

const action = onPay.write("terminateRail", ({ railId }: TerminateRailParameters) => [railId], {
  event: "RailTerminated",
});

/**
 * Terminates a rail as its payer (fully funded) or its operator: it ends after its lockup period. A deal's client takes
 * `leaveDealAsClient`, which settles the exit fee too.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const terminateRail = action.send;

/** {@link terminateRail}, waited for: the receipt, RailTerminated, and all that the contract told. @throws ActionError */
export const terminateRailSync = action.sync;
export type TerminateRailSyncReturnType = Awaited<ReturnType<typeof terminateRailSync>>;

/** The call of {@link terminateRail}, to batch or to simulate. */
export const terminateRailCall = action.call;

/** The RailTerminated of {@link terminateRail} in a receipt. @throws EventMissingError */
export const extractTerminateRailEvent = action.extract;
