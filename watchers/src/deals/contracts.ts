import {
  errorsAbi,
  filecoinPayAbi,
  providerRegistryAbi,
  sectorEvidenceAbi,
  storageDealsAbi,
} from "@holdfast/sdk";
import type { Address } from "viem";

/** Where Holdfast stands on a chain. */
export interface Contracts {
  deals: Address;
  registry: Address;
  evidence: Address;
  pay: Address;
}

/** ABIs with the errors of every contract that a call may reach. */
export const abis = {
  deals: withAllErrors(storageDealsAbi),
  evidence: withAllErrors(sectorEvidenceAbi),
  registry: withAllErrors(providerRegistryAbi),
  pay: withAllErrors(filecoinPayAbi),
};

function withAllErrors<const abi extends readonly { type: string }[]>(abi: abi) {
  return [...abi.filter(({ type }) => type !== "error"), ...errorsAbi] as unknown as abi;
}
