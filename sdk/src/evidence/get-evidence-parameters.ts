import { onEvidence } from "../actions/contracts.ts";

/** What SectorEvidence fixed at its deployment, epochs. @throws ActionError */
export const getEvidenceParameters = onEvidence.readAll({
  freshness: "FRESHNESS",
  grace: "GRACE",
  chainGap: "CHAIN_GAP",
});
export type GetEvidenceParametersReturnType = Awaited<ReturnType<typeof getEvidenceParameters>>;
