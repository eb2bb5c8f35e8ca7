import { onEscrow } from "../actions/contracts.ts";

/**
 * The EIP-712 domain of ComputeEscrow.
 * @throws ActionError
 */
export const getComputeDomain = onEscrow.read(
  "eip712Domain",
  () => [],
  ([, name, version, chainId, verifyingContract]) => ({
    name,
    version,
    chainId: Number(chainId),
    verifyingContract,
  }),
);
export type GetComputeDomainReturnType = Awaited<ReturnType<typeof getComputeDomain>>;
