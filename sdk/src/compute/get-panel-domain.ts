import { onPanelArbiter } from "../actions/contracts.ts";

/**
 * The EIP-712 domain of PanelArbiter.
 * @throws ActionError
 */
export const getPanelDomain = onPanelArbiter.read(
  "eip712Domain",
  () => [],
  ([, name, version, chainId, verifyingContract]) => ({
    name,
    version,
    chainId: Number(chainId),
    verifyingContract,
  }),
);
export type GetPanelDomainReturnType = Awaited<ReturnType<typeof getPanelDomain>>;
