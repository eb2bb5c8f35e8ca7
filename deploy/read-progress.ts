import { join } from "node:path";
import type { Hash } from "viem";
import { DEPLOYMENTS } from "./deploy-deals.ts";
import { JOURNAL, readLines } from "./outbox.ts";
import type { LiveChain } from "./parameters.ts";

/** How far a deployment is. */
export interface Progress {
  /** The transactions that landed, as Ignition names them. */
  done: ReadonlySet<string>;
  /** The last of them. */
  last: Hash | undefined;
}

/** How far the deployment on a chain is, by Ignition's journal. */
export async function readProgress(chain: LiveChain, folder = DEPLOYMENTS): Promise<Progress> {
  const messages = await readLines<{
    type: string;
    futureId: string;
    hash: Hash;
    receipt: { status: string };
  }>(join(folder, chain, JOURNAL));
  const landed = messages.filter(
    ({ type, receipt }) => type === "TRANSACTION_CONFIRM" && receipt.status === "SUCCESS",
  );
  return { done: new Set(landed.map(({ futureId }) => futureId)), last: landed.at(-1)?.hash };
}
