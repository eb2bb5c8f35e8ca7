import type { Address, Hex } from "viem";

/** What Curio asks a market contract about (ICurioDealViewV1.CurioDealView); state Open and 0 for what is unused. */
export interface CurioDealView {
  dealId: bigint;
  state: 0;
  providerActorId: bigint;
  /** Bytes of the client's Filecoin address. */
  clientId: Hex;
  /** Bytes of the piece CID v2. */
  pieceCidV2: Hex;
  startEpoch: bigint;
  duration: bigint;
  allocationId: bigint;
  finalizedEpoch: bigint;
}

/** How a market contract answered, in the order Curio asks. */
export type MarketVerdict =
  | { kind: "verified" | "rejected" | "deal-not-found" }
  | { kind: "unsupported-version"; version: bigint }
  | { kind: "call-failed"; reason: string };

/** A piece in a sector, and whom the miner notifies of it. */
export interface SectorPiece {
  /** Commitment of the piece (CommP). */
  commitment: Hex;
  paddedSize: bigint;
  /** Notifiees, as bytes of their Filecoin addresses. */
  notify: { address: Hex; payload: Hex }[];
}

export type SectorState = "absent" | "active" | "faulty" | "dead";

/** The chain as one provider sees and drives it: its own miner actor. */
export interface ProviderChain {
  readonly minerId: bigint;
  readonly sectorSize: bigint;
  epoch(): Promise<bigint>;
  /** Whether an Ethereum-style address names an existing actor. */
  actorExists(account: Address): Promise<boolean>;
  /** `version()`, then `verifyDeal(view)`, both eth_call. */
  verifyDeal(market: Address, view: CurioDealView): Promise<MarketVerdict>;
  /** ProveCommit with `require_notification_success`. Rejects when the miner or a notifiee refuses. */
  commitSector(sector: bigint, commitment: bigint, pieces: SectorPiece[]): Promise<void>;
  sectorState(sector: bigint): Promise<SectorState>;
  /** WindowPoSt of the period: these sectors' bytes were all there, those of `faulty` were not. */
  submitProof(proven: bigint[], faulty: bigint[]): Promise<void>;
  terminateSectors(sectors: bigint[]): Promise<void>;
}
