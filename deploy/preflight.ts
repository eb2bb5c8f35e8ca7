import {
  BaseError,
  type Check,
  checkAccount,
  checkChainId,
  checkFilecoinPay,
  checkToken,
  type HoldfastClient,
} from "@holdfast/sdk";
import type { Account } from "viem";
import type { LiveParameters } from "./parameters.ts";

/** A chain is not what the deployment needs, or an outcome not what was deployed: nothing more was sent. */
export class DeploymentRefusedError extends BaseError {
  readonly failures: readonly Check[];

  constructor(what: string, failures: readonly Check[]) {
    super(`${what}: ${failures.map(({ name, found }) => `${name}: ${found}`).join("; ")}.`, {
      next: failures.map(({ fix }) => fix).join(" "),
    });
    this.failures = failures;
  }
}

/** Whether a chain is the right one, Filecoin Pay and USDFC on it answer as they should, and the deployer can pay. */
export async function preflight(
  client: HoldfastClient<Account>,
  parameters: LiveParameters,
): Promise<Check[]> {
  const id = await checkChainId(client);
  // On another chain the rest would only be noise.
  if (!id.ok) return [id];
  const rest = await Promise.all([
    checkFilecoinPay(client, parameters.Deals.pay),
    checkToken(client, parameters.Payments.usdfc),
    checkAccount(client, client.account.address),
  ]);
  return [id, ...rest.flat()];
}

/** @throws DeploymentRefusedError if a check failed */
export function requirePassed(what: string, checks: readonly Check[]): void {
  const failures = checks.filter(({ ok }) => !ok);
  if (failures.length > 0) throw new DeploymentRefusedError(what, failures);
}
