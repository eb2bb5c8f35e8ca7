import { LIVE_CHAINS, type LiveChain } from "../../deploy/parameters.ts";
import type { Connection } from "../run/connection.ts";
import { TaskConfigError } from "../run/exit-codes.ts";

/** The connection's chain, if Holdfast is deployed there: a devnet deploys its own. @throws TaskConfigError */
export function liveChainOf({ chainName }: Connection): LiveChain {
  const chain = LIVE_CHAINS.find((live) => live === chainName);
  if (chain !== undefined) return chain;
  throw new TaskConfigError(
    "A devnet deploys its own contracts, anew each time.",
    `Name a chain: --network ${LIVE_CHAINS.join(" or --network ")}`,
  );
}
