/**
 * The contracts whose ABIs the SDK carries, and the artifacts that each ABI is the union of (names are unique in this
 * repository). The constructor is the first one's.
 */
export const CONTRACTS: { readonly [contract: string]: readonly [string, ...string[]] } = {
  // StorageDeals passes on to DealLifecycle's code what its own ABI does not show.
  StorageDeals: ["StorageDeals", "IStorageDeals", "DealLifecycle"],
  ProviderRegistry: ["ProviderRegistry"],
  SectorEvidence: ["SectorEvidence"],
  // ComputeEscrow does the same with ComputeSettlement's code.
  ComputeEscrow: ["ComputeEscrow", "IComputeEscrow", "ComputeSettlement"],
  ComputeRegistry: ["ComputeRegistry"],
  SingleArbiter: ["SingleArbiter"],
  PanelArbiter: ["PanelArbiter"],
  // Deployed by others: the interface, and from the double the errors of the libraries that the real one uses too.
  FilecoinPay: ["IFilecoinPayV1", "FilecoinPayDouble"],
};
