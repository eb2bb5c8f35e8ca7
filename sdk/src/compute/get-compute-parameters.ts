import { onEscrow } from "../actions/contracts.ts";

/** What ComputeEscrow fixed at its deployment: addresses of its partners, and epochs. @throws ActionError */
export const getComputeParameters = onEscrow.readAll({
  registry: "REGISTRY",
  deals: "DEALS",
  settlement: "SETTLEMENT",
  minWindow: "MIN_WINDOW",
  namingEpochs: "NAMING_EPOCHS",
});
export type GetComputeParametersReturnType = Awaited<ReturnType<typeof getComputeParameters>>;
