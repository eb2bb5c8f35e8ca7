import { EXIT, StopError } from "./stop-error.ts";

/** The chain went back on what counted as final. */
export class ReorgTooDeepError extends StopError {
  constructor(what: string, finalized: bigint) {
    super(
      EXIT.failStop,
      `${what}, although epoch ${finalized} counted as final: nothing more is sent.`,
      "compare the node with another one; if the network itself went back, look at what was sent meanwhile, then start with a new database.",
    );
  }
}

/** A node is on another chain than this database, or other code stands where the contracts were. */
export class ChainMismatchError extends StopError {
  readonly faults: readonly string[];
  constructor(endpoint: string, faults: readonly string[]) {
    super(
      EXIT.config,
      `${endpoint} is not the chain that this database was made on:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      "check the RPC URL and the contracts' addresses; another chain needs a database of its own.",
    );
    this.faults = faults;
  }
}
