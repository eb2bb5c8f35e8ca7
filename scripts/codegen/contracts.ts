/**
 * The contracts whose ABIs the SDK carries, by name (names are unique in this repository). An interface stands for what
 * others deploy: `IFilecoinPay` becomes `filecoinPayAbi`.
 */
export const CONTRACTS = ["StorageDeals", "IProviderRegistry", "ISectorEvidence", "IFilecoinPay"] as const;
