import {
  decodePieceCid,
  Mk20Code,
  type Mk20DataSource,
  type Mk20Ddo,
  type Mk20Deal,
  type Piece,
  parseFilecoinAddress,
} from "@holdfast/sdk";
import { isAddress } from "viem";

/** Why a deal is refused: HTTP status and the reason's text. */
export interface Refusal {
  code: number;
  reason: string;
}

const MAX_URLS = 10;
const MAX_HEADERS = 10;

/**
 * Curio's checks that need nothing but the request, in its order.
 * @param client text of the address that signed the request
 * @param minDuration epochs
 */
export function validateDeal(deal: Mk20Deal, client: string, minDuration: bigint): Refusal | undefined {
  if (!deal.client) return refusal(Mk20Code.BadProposal, "client is empty");
  if (deal.client !== client) {
    return refusal(Mk20Code.BadProposal, "client in deal does not match client in auth header");
  }
  return validateProducts(deal, minDuration) ?? (deal.data && validateData(deal.data));
}

function validateProducts(deal: Mk20Deal, minDuration: bigint): Refusal | undefined {
  const { ddo_v1: ddo, retrieval_v1: retrieval, pdp_v1: pdp } = deal.products ?? {};
  const fail = (reason: string) =>
    refusal(Mk20Code.ProductValidationFailed, `products validation failed: ${reason}`);
  if (ddo) {
    const wrong = validateDdo(ddo, minDuration);
    if (wrong) return { ...wrong, reason: `products validation failed: ${wrong.reason}` };
    if (!retrieval) return fail("retrieval v1 is required for ddo v1");
    if (retrieval.announce_piece) return fail("announce piece is not supported for ddo v1");
  }
  if (retrieval && !retrieval.indexing && retrieval.announce_payload) {
    return fail("deal cannot be announced to IPNI without indexing");
  }
  if (pdp) {
    return refusal(Mk20Code.ProductNotEnabled, "products validation failed: product pdp_v1 is not enabled");
  }
  return ddo ? undefined : fail("no products defined");
}

function validateDdo(ddo: Mk20Ddo, minDuration: bigint): Refusal | undefined {
  const fail = (reason: string) => refusal(Mk20Code.ProductValidationFailed, reason);
  if (!ddo.provider) return fail("provider address is not set");
  if (ddo.start_epoch !== null && ddo.start_epoch !== undefined && ddo.start_epoch <= 0) {
    return fail("start epoch cannot be negative");
  }
  if (ddo.allocation_id === 0) return fail("incorrect allocation id");
  if (ddo.allocation_id === undefined && ddo.duration < Number(minDuration)) {
    return refusal(Mk20Code.DurationTooShort, `duration must be at least ${minDuration}`);
  }
  if (ddo.market_address) {
    if (!ddo.market_address.startsWith("0x")) return fail("market address must start with 0x");
    if (!isAddress(ddo.market_address, { strict: false })) return fail("invalid market address");
  }
  if (!ddo.notification_address && ddo.notification_payload) {
    return fail("notification payload cannot be set without notification address");
  }
  if (ddo.notification_address && !ddo.notification_payload) return fail("notification payload is not set");
  return undefined;
}

function validateData(data: Mk20DataSource): Refusal | undefined {
  const piece = readPiece(data);
  if (piece === undefined || piece.payloadSize === 0)
    return refusal(Mk20Code.BadProposal, "invalid piece cid");
  if (!data.source_http) {
    const other = Object.keys(data).find((name) => name.startsWith("source_"));
    return other
      ? refusal(Mk20Code.UnsupportedDataSource, `data source ${other.slice("source_".length)} is not enabled`)
      : refusal(Mk20Code.BadProposal, "no source defined for data source");
  }
  const formats = Object.values(data.format ?? {}).filter(Boolean).length;
  if (formats === 0) return refusal(Mk20Code.BadProposal, "no format defined");
  if (formats > 1) return refusal(Mk20Code.BadProposal, "multiple formats defined");
  const { urls } = data.source_http;
  if (!urls?.length) return refusal(Mk20Code.MalformedDataSource, "no urls defined");
  if (urls.length > MAX_URLS) {
    return refusal(Mk20Code.MalformedDataSource, `maximum ${MAX_URLS} URLs are supported per piece`);
  }
  for (const { url, headers } of urls) {
    // Unlike Curio, which fetches from public addresses only, a devnet's provider fetches from loopback.
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
      return refusal(Mk20Code.BadProposal, "invalid url");
    if (Object.keys(headers ?? {}).length > MAX_HEADERS) {
      return refusal(Mk20Code.MalformedDataSource, `maximum ${MAX_HEADERS} headers are supported per piece`);
    }
  }
  return undefined;
}

/** The deal's piece, or undefined when its CID is none. */
export function readPiece(data: Mk20DataSource): Piece | undefined {
  try {
    return decodePieceCid(data.piece_cid["/"]);
  } catch {
    return undefined;
  }
}

/** Curio's JSON reader refuses a deal whose addresses or identifier are malformed before it looks at anything else. */
export function readDeal(text: string): Mk20Deal {
  const deal = JSON.parse(text) as Mk20Deal;
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(deal.identifier)) throw new SyntaxError("ulid: bad data size");
  const ddo = deal.products?.ddo_v1;
  for (const address of [ddo?.provider, ddo?.notification_address])
    if (address) parseFilecoinAddress(address);
  return deal;
}

export function refusal(code: number, reason: string): Refusal {
  return { code, reason };
}
