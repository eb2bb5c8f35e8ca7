import { onComputeRegistry } from "../actions/contracts.ts";

/** What ComputeRegistry fixed at its deployment: the providers' registry, and the epochs that a stake unbonds. @throws ActionError */
export const getComputeRegistryParameters = onComputeRegistry.readAll({
  providers: "PROVIDERS",
  unbonding: "UNBONDING",
});
export type GetComputeRegistryParametersReturnType = Awaited<ReturnType<typeof getComputeRegistryParameters>>;
