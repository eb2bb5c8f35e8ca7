import type { Address } from "viem";
import { BaseError } from "./errors/base-error.ts";
import { addresses } from "./generated/addresses.ts";

/** No deployment of a contract is known on a chain. */
export class DeploymentUnknownError extends BaseError {
  constructor(contract: string, chainId: number) {
    const known = Object.keys(addresses).filter((id) => addresses[Number(id)]?.[contract] !== undefined);
    const where = known.length === 0 ? "on no chain yet" : `on ${known.join(", ")}`;
    super(`${contract} is not known to be deployed on chain ${chainId}: it is known ${where}.`, {
      next: "Give the contract's address; `npm run demo` shows a devnet that deploys its own.",
    });
  }
}

/** Where a contract is deployed, by the repository's record. @throws DeploymentUnknownError */
export function addressOf(contract: string, chainId: number): Address {
  const address = addresses[chainId]?.[contract];
  if (address === undefined) throw new DeploymentUnknownError(contract, chainId);
  return address;
}
