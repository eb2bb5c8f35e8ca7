import type { Address } from "viem";
import { notificationPayload } from "../deals/notification-payload.ts";
import { type FilecoinNetwork, formatFilecoinAddress, fromActorId, fromEvmAddress } from "../fvm/address.ts";
import { toBase64 } from "./base64.ts";
import type { Mk20Deal, Mk20HttpUrl } from "./mk20.ts";

export interface SealedDealRequestParameters {
  /** ULID of this attempt. */
  identifier: string;
  /** The payer, who also signs the request. */
  client: Address;
  /** Of the provider: Curio compares the client as text. */
  network: FilecoinNetwork;
  /** The provider's actor id. */
  provider: bigint;
  /** Piece CID v2 as text. */
  pieceCid: string;
  /** Where the provider fetches the piece's CAR, best first. */
  urls: (string | Mk20HttpUrl)[];
  /** The StorageDeals contract, written as the provider's `/contracts` lists it. */
  market: Address;
  /** The copy's id: Curio's market_deal_id, and the notification's payload. */
  copyId: bigint;
  /** The deal's sealBy: Curio's start_epoch. */
  sealBy: bigint;
  /** The deal's duration, in epochs. */
  duration: bigint;
}

/**
 * The MK20 request for one copy of a sealed deal: a `ddo_v1` product whose sector notifies the market contract with
 * `abi.encode(copyId)`.
 * @throws RangeError for an id or epoch that JSON cannot carry exactly
 */
export function sealedDealRequest(parameters: SealedDealRequestParameters): Mk20Deal {
  const { identifier, client, network, provider, pieceCid, urls, market, copyId, sealBy, duration } =
    parameters;
  return {
    identifier,
    client: formatFilecoinAddress(fromEvmAddress(client), network),
    data: {
      piece_cid: { "/": pieceCid },
      format: { car: {} },
      source_http: {
        urls: urls.map((url, priority) =>
          typeof url === "string" ? { url, headers: {}, priority, fallback: false } : url,
        ),
      },
    },
    products: {
      ddo_v1: {
        provider: formatFilecoinAddress(fromActorId(provider), network),
        start_epoch: exact(sealBy),
        duration: exact(duration),
        market_address: market,
        market_deal_id: exact(copyId),
        notification_address: formatFilecoinAddress(fromEvmAddress(market), network),
        notification_payload: toBase64(notificationPayload(copyId)),
      },
      retrieval_v1: { indexing: true, announce_payload: false, announce_piece: false },
    },
  };
}

function exact(value: bigint): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`${value} cannot be written exactly as a JSON number.`);
  }
  return Number(value);
}
