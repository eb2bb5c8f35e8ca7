import type { CopyState, Departure, Observation } from "@holdfast/sdk";
import type { Address, Hex } from "viem";
import type { History, Intent } from "../runtime/outbox.ts";

/** 30 s of chain time, the block number. */
export type Epoch = bigint;

export type { CopyState, Departure, Observation };

/** A piece as a proposal names it. */
export interface PolicyPiece {
  /** Piece CID v2 as text. */
  cid: string;
  commitment: Hex;
  height: number;
  /** Bytes. */
  padding: number;
  /** Bytes, a power of two. */
  paddedSize: bigint;
  /** The tree layer's file, without which the piece cannot be sampled. */
  layer?: string | undefined;
}

/** What a client wants for one dataset. Spans are epochs, amounts token units or attoFIL. */
export interface Policy {
  dataset: Hex;
  pieces: readonly PolicyPiece[];
  /** Of every piece, each with another provider and another owner. */
  copies: number;
  token: Address;
  /** Token units per TiB and epoch. */
  maxRatePerTib: bigint;
  /** attoFIL per TiB. */
  minBondPerTib: bigint;
  duration: bigint;
  sealingWindow: bigint;
  /** Only these providers, if given. */
  allow?: readonly bigint[] | undefined;
  deny: readonly bigint[];
  /** Only offers that say they are there (ISO 3166-1 alpha-2), if given. */
  regions?: readonly string[] | undefined;
  /** No copy is renewed past this epoch. */
  keepUntil?: Epoch | undefined;
  /** So long before a copy's last epoch its successor is looked for. */
  renewBefore: bigint;
  /** Silence of a provider, or a claim that the chain does not bear out, for longer than this ends the attempt. */
  silentAfter: bigint;
  settleEvery: bigint;
  /** Between two retrieval samples of one copy. */
  sampleEvery: bigint;
  /** How long a provider is passed over after a first failure; doubles with every further one. */
  exclusion: bigint;
  /** Between two attempts at the same thing; doubles with every failure. */
  retryAfter: bigint;
  /** Most epochs between two steps. */
  pollEvery: bigint;
  minRunway: bigint;
}

/** The contracts' parameters. */
export interface Parameters {
  freshness: bigint;
  grace: bigint;
  chainGap: bigint;
  extensionLead: bigint;
  maxExtension: bigint;
  maxExtensions: number;
  /** Token units an epoch. */
  minRate: bigint;
  maxPieces: number;
}

export interface Offer {
  offerId: bigint;
  version: number;
  provider: bigint;
  owner: bigint;
  paused: boolean;
  token: Address;
  ratePerTib: bigint;
  bondPerTib: bigint;
  minPieceSize: bigint;
  maxPieceSize: bigint;
  minDuration: bigint;
  maxDuration: bigint;
  /** Padded bytes that can still be reserved. */
  freeBytes: bigint;
  /** attoFIL that the provider's bond can still answer for. */
  freeBond: bigint;
  expiry: Epoch;
  notice: bigint;
  exitFeeEpochs: bigint;
  reservationFeeEpochs: bigint;
  openProposals: bigint;
  maxOpenProposals: bigint;
  region: string;
}

/** How the provider's market answered for a copy. */
export interface Submission {
  status: string;
  reason: string | undefined;
  /** When the status became this one. */
  sinceEpoch: Epoch;
  /** When the provider last answered. */
  heardEpoch: Epoch;
}

/** What the miner itself says of a sector, read off chain. */
export interface Look {
  status: "Active" | "Faulty" | "Dead";
  /** Aux bytes of GenerateSectorLocation. */
  location: Hex;
  /** Nominal; 0 for a sector that the miner no longer has, and until the end of its deal's term is near. */
  expiration: Epoch;
}

export interface Evidence {
  last: Observation;
  provenUntil: Epoch;
  failed: boolean;
  failedAt: Epoch;
  /** Of the current chain of faults, else 0. */
  chainStart: Epoch;
  lastReport: Epoch;
}

export interface Copy {
  copyId: bigint;
  commitment: Hex;
  /** As stored: never Faulty. */
  stored: CopyState;
  /** Now, from recorded epochs. */
  current: CopyState;
  sector: bigint;
  activation: Epoch;
  close: Epoch;
  /** Of an activated copy. */
  evidence: Evidence | undefined;
  look: Look | undefined;
  submission: Submission | undefined;
  /** Newest retrieval sample, whatever came of it. */
  sampledEpoch: Epoch | undefined;
  /** When samples failed. */
  sampleFailures: readonly Epoch[];
}

export interface Deal {
  dealId: bigint;
  provider: bigint;
  owner: bigint;
  offerId: bigint;
  endpoint: string;
  sealBy: Epoch;
  endEpoch: Epoch;
  /** 0 unless terminated. */
  railEnd: Epoch;
  notice: bigint;
  period: bigint;
  extensions: number;
  departure: Departure;
  rateStale: boolean;
  ratePerTib: bigint;
  /** Undefined once the rail is finalised. */
  settledUpTo: Epoch | undefined;
  copies: readonly Copy[];
}

/** A proposal that a contract refused, not long ago, in the policy's token. */
export interface FailedProposal {
  offerId: bigint;
  epoch: Epoch;
  /** The contract's error, by name. */
  error: string;
}

export interface State {
  epoch: Epoch;
  parameters: Parameters;
  offers: readonly Offer[];
  deals: readonly Deal[];
  /** The client's account in Filecoin Pay, token units. */
  account: { available: bigint; fundedUntil: Epoch };
  /** Unfinished intents. */
  open: readonly DealIntent[];
  /** By subject. */
  history: ReadonlyMap<string, History>;
  failedProposals: readonly FailedProposal[];
}

export interface ProposePayload {
  offerId: bigint;
  version: number;
  provider: bigint;
  owner: bigint;
  dataset: Hex;
  /** What it is paid in. */
  token: Address;
  sealingWindow: bigint;
  duration: bigint;
  pieces: readonly PolicyPiece[];
}

export interface SubmitPayload {
  copyId: bigint;
  provider: bigint;
  endpoint: string;
  pieceCid: string;
  sealBy: Epoch;
  duration: bigint;
  /** Not taken by then, the attempt is given up: a late one would be a copy too many. */
  until: Epoch;
}

export interface SamplePayload {
  copyId: bigint;
  provider: bigint;
  endpoint: string;
  pieceCid: string;
}

export type DealIntent =
  | Intent<"propose", ProposePayload>
  | Intent<"submit", SubmitPayload>
  | Intent<"refresh", { miner: bigint; sectors: readonly bigint[]; locations: readonly Hex[] }>
  | Intent<"report", { copyId: bigint; location: Hex }>
  | Intent<"poke", { dealId: bigint }>
  | Intent<"settle", { dealId: bigint }>
  | Intent<"extend", { dealId: bigint; newEnd: Epoch; locations: readonly Hex[] }>
  | Intent<"sample", SamplePayload>;

/** What a person should know and the watcher cannot mend. */
export interface Alert {
  kind: "no-offer" | "funds" | "runway" | "payment-refused";
  message: string;
}

export interface Decision {
  intents: readonly DealIntent[];
  alerts: readonly Alert[];
}
