import { onDeals } from "../actions/contracts.ts";

/** What StorageDeals fixed at its deployment: epochs, addresses of its partners, and `minRate` in token units an epoch. @throws ActionError */
export const getDealsParameters = onDeals.readAll({
  lifecycle: "LIFECYCLE",
  registry: "REGISTRY",
  evidence: "EVIDENCE",
  pay: "PAY",
  minSealingWindow: "MIN_SEALING_WINDOW",
  maxSealingWindow: "MAX_SEALING_WINDOW",
  dryGrace: "DRY_GRACE",
  slashWindow: "SLASH_WINDOW",
  freshness: "FRESHNESS",
  extensionLead: "EXTENSION_LEAD",
  maxExtension: "MAX_EXTENSION",
  maxExtensions: "MAX_EXTENSIONS",
  maxPieces: "MAX_PIECES",
  minRate: "MIN_RATE",
});
export type GetDealsParametersReturnType = Awaited<ReturnType<typeof getDealsParameters>>;
