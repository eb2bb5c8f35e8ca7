import {
  type CurioSigner,
  createMk20Client,
  type FilecoinNetwork,
  Mk20Code,
  ProviderRefusedError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  sealedDealRequest,
} from "@holdfast/sdk";
import type { Address } from "viem";
import type { Clock } from "../runtime/clock.ts";
import type { RequestOutcome } from "../runtime/request-runner.ts";
import type { Epoch, SubmitPayload } from "./state.ts";

export interface ProviderMarketOptions {
  client: Address;
  signer: CurioSigner;
  network: FilecoinNetwork;
  market: Address;
  timeoutMs: number;
  clock: Clock;
  /** Where providers find a piece's CAR, best first. */
  urlsOf(pieceCid: string): string[];
}

/** `ulid` is chosen before anything is sent: whoever asks again asks for the same. */
export type Submit = SubmitPayload & { ulid: string };

export type MarketStatus = { status: string; reason: string | undefined } | "unknown" | "silent";

/** What the watcher says to providers' markets, and how it takes their answers. */
export interface ProviderMarket {
  submit(payload: Submit, head: Epoch): Promise<RequestOutcome>;
  /** `unknown`: it has no such deal. `silent`: it did not answer, or asked to be left alone for now. */
  status(endpoint: string, ulid: string): Promise<MarketStatus>;
}

export function createProviderMarket(options: ProviderMarketOptions): ProviderMarket {
  const { client, signer, network, market, timeoutMs, clock, urlsOf } = options;
  const quietUntil = new Map<string, number>();
  const open = (endpoint: string) =>
    createMk20Client({ endpoint, signer, timeoutMs, now: () => new Date(clock.now()) });

  return {
    async submit(payload, head) {
      const { endpoint, ulid, pieceCid, until } = payload;
      if (head > until)
        return { outcome: "refused", reason: `the provider did not take the deal by epoch ${until}` };
      const provider = open(endpoint);
      try {
        if (await isKnown(provider.dealStatus(ulid))) return { outcome: "done", result: { ulid } };
        const urls = urlsOf(pieceCid);
        await provider.postDeal(
          sealedDealRequest({ ...payload, identifier: ulid, client, network, urls, market }),
        );
        return { outcome: "done", result: { ulid } };
      } catch (error) {
        const reason = (error as Error).message.split("\n")[0] as string;
        if (error instanceof ProviderRefusedError || error instanceof ProviderUnauthorizedError) {
          return { outcome: "refused", reason };
        }
        const afterMs = error instanceof ProviderThrottledError ? error.retryAfterMs : undefined;
        return { outcome: "retry", reason, ...(afterMs === undefined ? {} : { afterMs }) };
      }
    },

    async status(endpoint, ulid) {
      if ((quietUntil.get(endpoint) ?? 0) > clock.now()) return "silent";
      try {
        const { ddo_v1: deal } = await open(endpoint).dealStatus(ulid);
        return deal === undefined ? "unknown" : { status: deal.status, reason: deal.errorMsg || undefined };
      } catch (error) {
        if (isNotFound(error)) return "unknown";
        if (error instanceof ProviderThrottledError) {
          quietUntil.set(endpoint, clock.now() + (error.retryAfterMs ?? timeoutMs));
        }
        return "silent";
      }
    },
  };
}

async function isKnown(status: Promise<unknown>): Promise<boolean> {
  try {
    await status;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Curio tells a client of no deal but its own: what it does not know is "unauthorized" like what is another's. */
function isNotFound(error: unknown): boolean {
  if (error instanceof ProviderUnauthorizedError) return true;
  return error instanceof ProviderRefusedError && error.code === Mk20Code.DealNotFound;
}
