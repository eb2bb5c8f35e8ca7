import { onRegistry } from "../actions/contracts.ts";

const action = onRegistry.write("burn", () => [], { event: "ProviderBurned" });

/**
 * Sends the burnt part of all slashes to f099. Anyone may.
 * @returns the transaction's hash
 * @throws ActionError
 */
export const burnSlashed = action.send;

/** {@link burnSlashed}, waited for: the receipt, ProviderBurned, and all that the contract told. @throws ActionError */
export const burnSlashedSync = action.sync;
export type BurnSlashedSyncReturnType = Awaited<ReturnType<typeof burnSlashedSync>>;

/** The call of {@link burnSlashed}, to batch or to simulate. */
export const burnSlashedCall = action.call;

/** The ProviderBurned of {@link burnSlashed} in a receipt. @throws EventMissingError */
export const extractBurnSlashedEvent = action.extract;
