import { computeEscrowAbi } from "../generated/abi-compute-escrow.ts";
import { computeRegistryAbi } from "../generated/abi-compute-registry.ts";
import { filecoinPayAbi } from "../generated/abi-filecoin-pay.ts";
import { panelArbiterAbi } from "../generated/abi-panel-arbiter.ts";
import { providerRegistryAbi } from "../generated/abi-provider-registry.ts";
import { sectorEvidenceAbi } from "../generated/abi-sector-evidence.ts";
import { singleArbiterAbi } from "../generated/abi-single-arbiter.ts";
import { storageDealsAbi } from "../generated/abi-storage-deals.ts";
import { type ContractActions, contractActions } from "./contract-actions.ts";

type StorageDealsItems = typeof storageDealsAbi;
type ProviderRegistryItems = typeof providerRegistryAbi;
type SectorEvidenceItems = typeof sectorEvidenceAbi;
type FilecoinPayItems = typeof filecoinPayAbi;
type ComputeEscrowItems = typeof computeEscrowAbi;
type ComputeRegistryItems = typeof computeRegistryAbi;
type SingleArbiterItems = typeof singleArbiterAbi;
type PanelArbiterItems = typeof panelArbiterAbi;

// Interfaces, since these have a name, which editors and declaration files show in place of the whole ABI.
export interface StorageDealsAbi extends StorageDealsItems {}
export interface ProviderRegistryAbi extends ProviderRegistryItems {}
export interface SectorEvidenceAbi extends SectorEvidenceItems {}
export interface FilecoinPayAbi extends FilecoinPayItems {}
export interface ComputeEscrowAbi extends ComputeEscrowItems {}
export interface ComputeRegistryAbi extends ComputeRegistryItems {}
export interface SingleArbiterAbi extends SingleArbiterItems {}
export interface PanelArbiterAbi extends PanelArbiterItems {}

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
export const onEscrow: ContractActions<ComputeEscrowAbi> = contractActions("ComputeEscrow", computeEscrowAbi);
export const onComputeRegistry: ContractActions<ComputeRegistryAbi> = contractActions(
  "ComputeRegistry",
  computeRegistryAbi,
);
export const onSingleArbiter: ContractActions<SingleArbiterAbi> = contractActions(
  "SingleArbiter",
  singleArbiterAbi,
);
export const onPanelArbiter: ContractActions<PanelArbiterAbi> = contractActions(
  "PanelArbiter",
  panelArbiterAbi,
);

/** What StorageDeals told in a receipt, in order; of logs of one address only, if given. */
export const extractDealsEvents: typeof onDeals.eventsOf = onDeals.eventsOf;
/** What ProviderRegistry told in a receipt: see `extractDealsEvents`. */
export const extractRegistryEvents: typeof onRegistry.eventsOf = onRegistry.eventsOf;
/** What SectorEvidence told in a receipt: see `extractDealsEvents`. */
export const extractEvidenceEvents: typeof onEvidence.eventsOf = onEvidence.eventsOf;
/** What Filecoin Pay told in a receipt: see `extractDealsEvents`. */
export const extractPayEvents: typeof onPay.eventsOf = onPay.eventsOf;
/** What ComputeEscrow told in a receipt: see `extractDealsEvents`. */
export const extractComputeEvents: typeof onEscrow.eventsOf = onEscrow.eventsOf;
/** What ComputeRegistry told in a receipt: see `extractDealsEvents`. */
export const extractComputeRegistryEvents: typeof onComputeRegistry.eventsOf = onComputeRegistry.eventsOf;
