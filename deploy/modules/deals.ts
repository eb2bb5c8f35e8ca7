import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

const DAY = 2_880n;

/** Filecoin's defaults, in epochs: design bounds are checked by the constructors. */
export const REGISTRY = {
  day: DAY,
  envelopeDelay: 7n * DAY,
  unbonding: 30n * DAY,
  minNotice: 6n * DAY,
  maxNotice: 30n * DAY,
  minDuration: 180n * DAY,
  maxDuration: 1_550_000n,
  maxReservationEpochs: 7n * DAY,
  tipBps: 10n,
};
export const EVIDENCE = { freshness: 2n * DAY, grace: 3n * DAY, chainGap: DAY };
const MARKET = {
  minSealingWindow: DAY,
  maxSealingWindow: 30n * DAY,
  /** The least notice less the freshness. */
  dryGrace: 4n * DAY,
  slashWindow: 7n * DAY,
  extensionLead: DAY,
  maxExtension: 1_550_000n,
};

/** Sealed deals with what they rest on, bound to each other for good. `pay` is Filecoin Pay's address. */
export default buildModule("Deals", (m) => {
  const { freshness, grace, chainGap } = EVIDENCE;
  const registry = m.contract("ProviderRegistry", [m.getParameter("registry", REGISTRY)]);
  const evidence = m.contract("SectorEvidence", [
    m.getParameter("freshness", freshness),
    m.getParameter("grace", grace),
    m.getParameter("chainGap", chainGap),
  ]);
  const deals = m.contract("StorageDeals", [
    registry,
    evidence,
    m.getParameter("pay"),
    m.getParameter("market", MARKET),
  ]);
  m.call(registry, "bind", [deals, evidence], { id: "bindRegistry" });
  m.call(evidence, "bind", [deals, registry], { id: "bindEvidence" });
  return { registry, evidence, deals };
});
