import type { Address, Hex } from "viem";

/** What a payer is told when it starts: one JSON argument. */
export interface PayerOrders {
  /** Endpoints of the same chain, best first. */
  urls: readonly string[];
  database: string;
  privateKey: Hex;
  /** Every Counted(id) of this contract asks for one payout of id. */
  requests: Address;
  /** A payout is a count of this contract: who pays twice is seen to. */
  payouts: Address;
  /** Announces each payout to an outside service too: POST <url>/<id>, safe to make twice. */
  announceUrl?: string;
  /** The epoch before the first request. */
  from: number;
  /** Fault point at which it dies. */
  faultAt?: string;
  /** Milliseconds between two rounds. */
  pollMs: number;
}

/** What a payer tells its parent: it can begin; it has done its first round; where it stands after each round. */
export type PayerNews =
  | { type: "standby" }
  | { type: "ready"; ms: number }
  | {
      type: "round";
      open: number;
      done: number;
      heapMb: number;
      rssMb: number;
      unhandled: number;
      failures: number;
    };
