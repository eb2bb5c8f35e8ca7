import { filecoinPayAbi } from "../generated/abi-filecoin-pay.ts";
import { providerRegistryAbi } from "../generated/abi-provider-registry.ts";
import { sectorEvidenceAbi } from "../generated/abi-sector-evidence.ts";
import { storageDealsAbi } from "../generated/abi-storage-deals.ts";
import { contractActions } from "./contract-actions.ts";

export const onDeals = contractActions("StorageDeals", storageDealsAbi);
export const onRegistry = contractActions("ProviderRegistry", providerRegistryAbi);
export const onEvidence = contractActions("SectorEvidence", sectorEvidenceAbi);
export const onPay = contractActions("FilecoinPay", filecoinPayAbi);
