import {
  type ActionClient,
  BaseError,
  type Check,
  type CodePins,
  checkAccount,
  checkChainId,
  checkFilecoinPay,
  checkToken,
} from "@holdfast/sdk";
import type { Address, Hex } from "viem";
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

export interface PreflightOptions {
  /** Who pays; undefined if nothing is left to send. */
  deployer: Address | undefined;
  parameters: LiveParameters;
  /** Code hashes that were recorded at first use: other code is refused. */
  pins?: CodePins;
}

/** Whether a chain is the right one, Filecoin Pay and USDFC on it answer as they should, and the deployer can pay. */
export async function preflight(
  client: ActionClient,
  { deployer, parameters, pins = {} }: PreflightOptions,
): Promise<Check[]> {
  const id = await checkChainId(client);
  // On another chain the rest would only be noise.
  if (!id.ok) return [id];
  const rest = await Promise.all([
    checkFilecoinPay(client, parameters.Deals.pay, pinOf(pins, "FilecoinPay", parameters.Deals.pay)),
    checkToken(client, parameters.Payments.usdfc, pinOf(pins, "USDFC", parameters.Payments.usdfc)),
    // What it costs is compared once it is known.
    deployer === undefined ? [] : checkAccount(client, deployer, { least: 1n }),
  ]);
  return [id, ...rest.flat()];
}

/** What a contract's code is compared with: a pin of another address says nothing of this one. */
export function pinOf(pins: CodePins, contract: string, address: Address): { pin?: Hex } {
  const pin = pins[contract];
  return pin?.address.toLowerCase() === address.toLowerCase() ? { pin: pin.codeHash } : {};
}

/** @throws DeploymentRefusedError if a check failed */
export function requirePassed(what: string, checks: readonly Check[]): void {
  const failures = checks.filter(({ ok }) => !ok);
  if (failures.length > 0) throw new DeploymentRefusedError(what, failures);
}
