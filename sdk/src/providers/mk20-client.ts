import { authMinute, type CurioSigner, curioAuthHeader } from "./curio-auth.ts";
import { ProviderAnswerMalformedError, ProviderUnauthorizedError } from "./errors.ts";
import { MK20_PATH, type Mk20Deal, type Mk20DealStatus, type Mk20State } from "./mk20.ts";
import { type ProviderAnswer, requestProvider } from "./provider-request.ts";

export interface Mk20ClientOptions {
  /** The offer's endpoint: base URL without a trailing slash. */
  endpoint: string;
  signer: CurioSigner;
  /** For one exchange. Default 10,000: Curio gives up on its side after 10 s. */
  timeoutMs?: number;
  /** Default the machine's clock. */
  now?: () => Date;
}

/** A provider's market, as one client. Every method throws a ProviderRequestError; none retries. */
export interface Mk20Client {
  /** Resolves when the provider took the deal. */
  postDeal(deal: Mk20Deal): Promise<void>;
  dealStatus(identifier: string): Promise<Mk20DealStatus>;
  /** Fills what the deal lacks (its data, its products); replaces nothing. */
  updateDeal(identifier: string, deal: Mk20Deal): Promise<void>;
  products(): Promise<string[]>;
  sources(): Promise<string[]>;
  /** Market contracts the provider works with, as it writes them. */
  contracts(): Promise<string[]>;
}

const MAX_ANSWER_BYTES = 1 << 20;

export function createMk20Client(options: Mk20ClientOptions): Mk20Client {
  const call = (method: "GET" | "POST", path: string, body?: unknown) =>
    exchange(options, method, path, body);
  const list = async (name: "products" | "sources" | "contracts") => {
    const { url, json } = await call("GET", `/${name}`);
    // Go writes an empty slice that was never filled as null.
    const value = (json as Record<string, unknown> | null)?.[name] ?? [];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) {
      throw new ProviderAnswerMalformedError(url, `${name} is not a list of text`);
    }
    return value as string[];
  };
  return {
    postDeal: async (deal) => void (await call("POST", "/deal", deal)),
    updateDeal: async (identifier, deal) => void (await call("POST", `/update/${identifier}`, deal)),
    dealStatus: async (identifier) => {
      const { url, json } = await call("GET", `/status/${identifier}`);
      return readStatus(url, json);
    },
    products: () => list("products"),
    sources: () => list("sources"),
    contracts: () => list("contracts"),
  };
}

async function exchange(options: Mk20ClientOptions, method: "GET" | "POST", path: string, body?: unknown) {
  const { signer, timeoutMs = 10_000, now = () => new Date() } = options;
  const url = `${options.endpoint}${MK20_PATH}${path}`;
  const send = async (at: Date): Promise<ProviderAnswer> => {
    const authorization = await curioAuthHeader(signer, method, new URL(url).pathname, at);
    return requestProvider({
      url,
      method,
      headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
    });
  };
  const at = now();
  const answer = await send(at).catch((error: unknown) => {
    // A signature holds for one minute: one that crossed its end is signed anew, once.
    if (error instanceof ProviderUnauthorizedError && authMinute(now()) !== authMinute(at))
      return send(now());
    throw error;
  });
  const json = method === "GET" ? parse(url, answer.body) : undefined;
  return { url, json };
}

function parse(url: string, body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new ProviderAnswerMalformedError(url, "it is not JSON");
  }
}

const STATES: readonly string[] = [
  "accepted",
  "uploading",
  "processing",
  "sealing",
  "indexing",
  "failed",
  "complete",
] satisfies Mk20State[];

function readStatus(url: string, json: unknown): Mk20DealStatus {
  const status: Mk20DealStatus = {};
  for (const product of ["ddo_v1", "pdp_v1"] as const) {
    const entry = (json as Record<string, { status?: unknown; errorMsg?: unknown }> | null)?.[product];
    if (entry === undefined || entry === null) continue;
    if (typeof entry.status !== "string" || !STATES.includes(entry.status)) {
      throw new ProviderAnswerMalformedError(url, `${JSON.stringify(entry.status)} is no state of a deal`);
    }
    const errorMsg = typeof entry.errorMsg === "string" ? entry.errorMsg : "";
    status[product] = { status: entry.status as Mk20State, errorMsg };
  }
  return status;
}
