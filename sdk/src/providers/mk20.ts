/**
 * Wire types of Curio's market 2.0 ("MK20") HTTP API, base path `/market/mk20`. Field names and codes are Curio's
 * (market/mk20/types.go, ddo_v1.go, retrieval_v1.go, utils.go); only the parts that a sealed deal needs.
 */

export const MK20_PATH = "/market/mk20";

/** Least duration that Curio accepts, in epochs: 180 days. */
export const MK20_MIN_DURATION = 518_400n;

/** Curio's answers to a deal: HTTP status codes, some of its own. */
export const Mk20Code = {
  Ok: 200,
  BadProposal: 400,
  Unauthorized: 401,
  DealNotFound: 404,
  UnsupportedDataSource: 422,
  UnsupportedProduct: 423,
  ProductNotEnabled: 424,
  ProductValidationFailed: 425,
  RejectedByMarket: 426,
  ServiceOverloaded: 429,
  MalformedDataSource: 430,
  MarketNotEnabled: 440,
  DurationTooShort: 441,
  InternalError: 500,
  Maintenance: 503,
} as const;

export type Mk20Code = (typeof Mk20Code)[keyof typeof Mk20Code];

/** A CID as Go writes it in JSON. */
export interface LinkJson {
  "/": string;
}

export interface Mk20HttpUrl {
  url: string;
  headers: Record<string, string[]>;
  /** Lower is tried first. */
  priority: number;
  /** Tried only when the others fail. */
  fallback: boolean;
}

export interface Mk20DataSource {
  /** Piece CID v2. */
  piece_cid: LinkJson;
  format: { car?: Record<string, never>; raw?: Record<string, never>; aggregate?: unknown };
  source_http?: { urls: Mk20HttpUrl[] };
}

export interface Mk20Ddo {
  /** The miner's id address, `t01000`. */
  provider: string;
  /** By when the sector must be active. */
  start_epoch: number | null;
  /** In epochs. */
  duration: number;
  allocation_id?: number;
  /** `0x…`, exactly as the provider's `/contracts` lists it: Curio compares text. */
  market_address: string;
  market_deal_id: number | null;
  /** Who the miner notifies on activation (FIP-0109), a Filecoin address. */
  notification_address: string;
  /** Base64. */
  notification_payload: string;
}

export interface Mk20Retrieval {
  indexing: boolean;
  announce_payload: boolean;
  /** Must be false for a sealed deal. */
  announce_piece: boolean;
}

export interface Mk20Deal {
  /** ULID, chosen by the client. A second deal with the same one is refused. */
  identifier: string;
  /** The client's Filecoin address as text, with the prefix of the provider's network: it is compared as text. */
  client: string;
  data?: Mk20DataSource;
  products: { ddo_v1?: Mk20Ddo; retrieval_v1?: Mk20Retrieval; pdp_v1?: unknown };
}

export type Mk20State =
  | "accepted"
  | "uploading"
  | "processing"
  | "sealing"
  | "indexing"
  | "failed"
  | "complete";

/** How far one product of a deal is. */
export interface Mk20ProductStatus {
  status: Mk20State;
  /** Empty unless `failed`. */
  errorMsg: string;
}

export interface Mk20DealStatus {
  ddo_v1?: Mk20ProductStatus;
  pdp_v1?: Mk20ProductStatus;
}
