import { filecoinPayAbi } from "../generated/abi-filecoin-pay.ts";
import { providerRegistryAbi } from "../generated/abi-provider-registry.ts";
import { sectorEvidenceAbi } from "../generated/abi-sector-evidence.ts";
import { storageDealsAbi } from "../generated/abi-storage-deals.ts";
import { type ContractActions, contractActions } from "./contract-actions.ts";

type StorageDealsItems = typeof storageDealsAbi;
type ProviderRegistryItems = typeof providerRegistryAbi;
type SectorEvidenceItems = typeof sectorEvidenceAbi;
type FilecoinPayItems = typeof filecoinPayAbi;

// Interfaces, since these have a name, which editors and declaration files show in place of the whole ABI.
export interface StorageDealsAbi extends StorageDealsItems {}
export interface ProviderRegistryAbi extends ProviderRegistryItems {}
export interface SectorEvidenceAbi extends SectorEvidenceItems {}
export interface FilecoinPayAbi extends FilecoinPayItems {}

export const onDeals: ContractActions<StorageDealsAbi> = contractActions("StorageDeals", storageDealsAbi);
export const onRegistry: ContractActions<ProviderRegistryAbi> = contractActions(
  "ProviderRegistry",
  providerRegistryAbi,
);
export const onEvidence: ContractActions<SectorEvidenceAbi> = contractActions(
  "SectorEvidence",
  sectorEvidenceAbi,
);
export const onPay: ContractActions<FilecoinPayAbi> = contractActions("FilecoinPay", filecoinPayAbi);

/** What StorageDeals told in a receipt, in order; of logs of one address only, if given. */
export const extractDealsEvents: typeof onDeals.eventsOf = onDeals.eventsOf;
/** What ProviderRegistry told in a receipt: see `extractDealsEvents`. */
export const extractRegistryEvents: typeof onRegistry.eventsOf = onRegistry.eventsOf;
/** What SectorEvidence told in a receipt: see `extractDealsEvents`. */
export const extractEvidenceEvents: typeof onEvidence.eventsOf = onEvidence.eventsOf;
/** What Filecoin Pay told in a receipt: see `extractDealsEvents`. */
export const extractPayEvents: typeof onPay.eventsOf = onPay.eventsOf;
