import type { Address } from "viem";
import { onRegistry } from "../actions/contracts.ts";

export interface GetCreditParameters {
  /** Who was credited. */
  holder: Address;
}

/**
 * What somebody may withdraw of slashes, forfeits and tips, attoFIL.
 * @throws ActionError
 */
export const getCredit = onRegistry.read("creditOf", ({ holder }: GetCreditParameters) => [holder]);
export type GetCreditReturnType = Awaited<ReturnType<typeof getCredit>>;
