import type { Address } from "viem";

/** What hot keys may at most commit a provider to. Amounts in attoFIL. */
export interface Envelope {
  maxBondPerTib: bigint;
  /** Bond locked by deals at any one time. */
  maxBondAtStake: bigint;
  /** Bond newly locked within a day of the registry, counted from epoch 0. */
  maxBondPerDay: bigint;
  /** In 1/10,000. */
  maxExitBps: number;
  /** Receives the payments of the provider's rails. */
  payee: Address;
}

/** An offer's standing terms; those of a version never change. */
export interface OfferTerms {
  /** What is paid in. */
  token: Address;
  /** Token units per TiB of padded piece and epoch. */
  ratePerTib: bigint;
  /** attoFIL per TiB of padded piece. */
  bondPerTib: bigint;
  /** Padded bytes, a power of two. */
  minPieceSize: bigint;
  /** Padded bytes, a power of two. */
  maxPieceSize: bigint;
  /** Epochs. */
  minDuration: bigint;
  /** Epochs. */
  maxDuration: bigint;
  /** Padded bytes that deals may hold at one time, over all versions. */
  capacity: bigint;
  /** Last epoch in which the offer may be proposed to. */
  expiry: bigint;
  /** Epochs of paid service after either side leaves. */
  notice: number;
  /** What a client pays at most for leaving early, in epochs of the deal's rate. */
  exitFeeEpochs: number;
  /** What a proposal costs whatever follows, in epochs of the deal's rate. */
  reservationFeeEpochs: number;
  /** Share of a live copy's bond that a leaving provider loses, in 1/10,000. */
  exitBps: number;
  /** Deals of one client with a copy still proposed. */
  maxOpenProposals: number;
  /** Base URL of the provider's market API, without a trailing slash. */
  endpoint: string;
  /** Self-declared ISO 3166-1 alpha-2 country. */
  region: string;
}
