import type { Address } from "viem";

/** What a provider offers: IProviderRegistry.Terms without what the provider itself fills in (its endpoint). */
export interface OfferTerms {
  token: Address;
  /** Token units per TiB and epoch. */
  ratePerTib: bigint;
  /** attoFIL per TiB. */
  bondPerTib: bigint;
  minPieceSize: bigint;
  maxPieceSize: bigint;
  minDuration: bigint;
  maxDuration: bigint;
  capacity: bigint;
  expiry: bigint;
  notice: number;
  exitFeeEpochs: number;
  reservationFeeEpochs: number;
  exitBps: number;
  maxOpenProposals: number;
  region: string;
}

/** The provider's side of the ProviderRegistry. */
export interface OfferBook {
  /** Registers the miner with its bond unless it is registered, and publishes a new offer, or revises `offerId`. */
  publish(terms: OfferTerms & { endpoint: string }, offerId: bigint | undefined): Promise<bigint>;
}
