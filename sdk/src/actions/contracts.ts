import { filecoinPayAbi } from "../generated/abi-filecoin-pay.ts";
import { providerRegistryAbi } from "../generated/abi-provider-registry.ts";
import { sectorEvidenceAbi } from "../generated/abi-sector-evidence.ts";
import { storageDealsAbi } from "../generated/abi-storage-deals.ts";
import { contractActions } from "./contract-actions.ts";

export const onDeals = contractActions("StorageDeals", storageDealsAbi);
export const onRegistry = contractActions("ProviderRegistry", providerRegistryAbi);
export const onEvidence = contractActions("SectorEvidence", sectorEvidenceAbi);
export const onPay = contractActions("FilecoinPay", filecoinPayAbi);

/** What StorageDeals told in a receipt, in order; of logs of one address only, if given. */
export const extractDealsEvents = onDeals.eventsOf;
/** What ProviderRegistry told in a receipt: see `extractDealsEvents`. */
export const extractRegistryEvents = onRegistry.eventsOf;
/** What SectorEvidence told in a receipt: see `extractDealsEvents`. */
export const extractEvidenceEvents = onEvidence.eventsOf;
/** What Filecoin Pay told in a receipt: see `extractDealsEvents`. */
export const extractPayEvents = onPay.eventsOf;
