import { decodeRevert } from "@holdfast/sdk";
import type { Address, Hex, PublicClient } from "viem";
import { abis, type Contracts } from "./contracts.ts";
import type {
  Copy,
  CopyState,
  Deal,
  Departure,
  Epoch,
  Evidence,
  Observation,
  Offer,
  Parameters,
} from "./state.ts";

const COPY_STATES: readonly CopyState[] = [
  "None",
  "Proposed",
  "Active",
  "Faulty",
  "Expired",
  "Failed",
  "Completed",
];
const OBSERVATIONS: readonly Observation[] = ["None", "Active", "Faulty", "Dead"];
const DEPARTURES: readonly Departure[] = ["None", "Client", "Provider", "Payer", "Dry", "Closed"];

/** What the chain knows of a copy; looks, submissions and samples are ours. */
export type ChainCopy = Omit<Copy, "look" | "submission" | "sampledEpoch" | "sampleFailures">;
export type ChainDeal = Omit<Deal, "copies"> & {
  client: Address;
  dataset: Hex;
  copies: readonly ChainCopy[];
};

/** Reads Holdfast's contracts, every answer of one call as of the same epoch. */
export function createChainState(client: PublicClient, contracts: Contracts) {
  const { deals, registry, evidence, pay } = contracts;
  const onDeals = { address: deals, abi: abis.deals } as const;
  const onRegistry = { address: registry, abi: abis.registry } as const;
  const onEvidence = { address: evidence, abi: abis.evidence } as const;
  const onPay = { address: pay, abi: abis.pay } as const;
  const endpoints = new Map<string, string>();

  async function parameters(): Promise<Parameters> {
    const [freshness, grace, chainGap, extensionLead, maxExtension, maxExtensions, minRate, maxPieces] =
      await Promise.all([
        client.readContract({ ...onEvidence, functionName: "FRESHNESS" }),
        client.readContract({ ...onEvidence, functionName: "GRACE" }),
        client.readContract({ ...onEvidence, functionName: "CHAIN_GAP" }),
        client.readContract({ ...onDeals, functionName: "EXTENSION_LEAD" }),
        client.readContract({ ...onDeals, functionName: "MAX_EXTENSION" }),
        client.readContract({ ...onDeals, functionName: "MAX_EXTENSIONS" }),
        client.readContract({ ...onDeals, functionName: "MIN_RATE" }),
        client.readContract({ ...onDeals, functionName: "MAX_PIECES" }),
      ]);
    const numbers = { maxExtensions: Number(maxExtensions), maxPieces: Number(maxPieces) };
    return { freshness, grace, chainGap, extensionLead, maxExtension, minRate, ...numbers };
  }

  /** Rails that the account pays in `token` and that are not finalised: a deal of ours has the id of its rail. */
  async function railsOf(account: Address, token: Address, blockNumber: Epoch): Promise<bigint[]> {
    const [rails] = await client.readContract({
      ...onPay,
      functionName: "getRailsForPayerAndToken",
      args: [account, token, 0n, 0n],
      blockNumber,
    });
    return rails.map(({ railId }) => railId);
  }

  /** For which dataset the deal is; undefined for a rail that carries none of our deals. */
  async function datasetOf(dealId: bigint, blockNumber: Epoch): Promise<Hex | undefined> {
    try {
      const deal = await client.readContract({
        ...onDeals,
        functionName: "dealOf",
        args: [dealId],
        blockNumber,
      });
      return deal.dataset;
    } catch (error) {
      if (decodeRevert(error, abis.deals)?.errorName === "DealUnknown") return undefined;
      throw error;
    }
  }

  async function deal(dealId: bigint, blockNumber: Epoch): Promise<ChainDeal> {
    const [given, copies] = await Promise.all([
      client.readContract({ ...onDeals, functionName: "dealOf", args: [dealId], blockNumber }),
      client.readContract({ ...onDeals, functionName: "copiesOf", args: [dealId], blockNumber }),
    ]);
    const [owner, endpoint, settledUpTo, read] = await Promise.all([
      client.readContract({ ...onRegistry, functionName: "ownerOf", args: [given.provider], blockNumber }),
      endpointOf(given.offerId, given.version),
      settledUpToOf(dealId, blockNumber),
      Promise.all(
        copies.map((copy, index) =>
          readCopy(given.provider, (dealId << 8n) | BigInt(index), copy, blockNumber),
        ),
      ),
    ]);
    return {
      ...{ dealId, client: given.client, dataset: given.dataset, provider: given.provider, owner, endpoint },
      ...{ offerId: given.offerId, sealBy: given.sealBy, endEpoch: given.endEpoch, railEnd: given.railEnd },
      ...{ notice: BigInt(given.notice), period: BigInt(given.period), extensions: given.extensions },
      departure: DEPARTURES[given.departure] as Departure,
      ...{ rateStale: given.rateStale, ratePerTib: given.ratePerTib, settledUpTo, copies: read },
    };
  }

  async function readCopy(
    provider: bigint,
    copyId: bigint,
    copy: { cid: Hex; state: number; sector: bigint; activation: Epoch; close: Epoch },
    blockNumber: Epoch,
  ): Promise<ChainCopy> {
    const stored = COPY_STATES[copy.state] as CopyState;
    const isOpen = stored === "Proposed" || stored === "Active";
    const [current, evidenceOf] = await Promise.all([
      isOpen
        ? client.readContract({ ...onDeals, functionName: "stateOf", args: [copyId], blockNumber })
        : copy.state,
      copy.activation === 0n ? undefined : evidenceAt(provider, copy.sector, blockNumber),
    ]);
    const { sector, activation, close, cid: commitment } = copy;
    const state = COPY_STATES[current] as CopyState;
    return { copyId, commitment, stored, current: state, sector, activation, close, evidence: evidenceOf };
  }

  async function evidenceAt(miner: bigint, sector: bigint, blockNumber: Epoch): Promise<Evidence> {
    const subject = (miner << 64n) | sector;
    const [record, [, , , chainStart, lastReport]] = await Promise.all([
      client.readContract({ ...onEvidence, functionName: "recordOf", args: [subject], blockNumber }),
      client.readContract({ ...onEvidence, functionName: "traceOf", args: [miner, sector], blockNumber }),
    ]);
    const { provenUntil, failed, failedAt } = record;
    return {
      last: OBSERVATIONS[record.last] as Observation,
      provenUntil,
      failed,
      failedAt,
      chainStart,
      lastReport,
    };
  }

  async function endpointOf(offerId: bigint, version: number): Promise<string> {
    const key = `${offerId}:${version}`;
    const known = endpoints.get(key);
    if (known !== undefined) return known;
    const { endpoint } = await client.readContract({
      ...onRegistry,
      functionName: "termsAt",
      args: [offerId, version],
    });
    endpoints.set(key, endpoint);
    return endpoint;
  }

  async function settledUpToOf(railId: bigint, blockNumber: Epoch): Promise<Epoch | undefined> {
    try {
      const rail = await client.readContract({
        ...onPay,
        functionName: "getRail",
        args: [railId],
        blockNumber,
      });
      return rail.settledUpTo;
    } catch (error) {
      if (decodeRevert(error, abis.pay)?.errorName === "RailInactiveOrSettled") return undefined;
      throw error;
    }
  }

  async function offers(account: Address, blockNumber: Epoch): Promise<Offer[]> {
    const count = await client.readContract({ ...onRegistry, functionName: "offerCount", blockNumber });
    const ids = Array.from({ length: Number(count) }, (_, index) => BigInt(index) + 1n);
    return Promise.all(ids.map((offerId) => offer(offerId, account, blockNumber)));
  }

  async function offer(offerId: bigint, account: Address, blockNumber: Epoch): Promise<Offer> {
    const [provider, version, paused, reserved, terms] = await client.readContract({
      ...{ ...onRegistry, functionName: "offerOf", args: [offerId], blockNumber },
    });
    const [owner, freeBond, openProposals] = await Promise.all([
      client.readContract({ ...onRegistry, functionName: "ownerOf", args: [provider], blockNumber }),
      client.readContract({ ...onRegistry, functionName: "freeBondOf", args: [provider], blockNumber }),
      client.readContract({
        ...onDeals,
        functionName: "openProposalsOf",
        args: [offerId, account],
        blockNumber,
      }),
    ]);
    return {
      ...{ offerId, version, provider, owner, paused, freeBond, openProposals },
      ...{ token: terms.token, ratePerTib: terms.ratePerTib, bondPerTib: terms.bondPerTib },
      ...{ minPieceSize: terms.minPieceSize, maxPieceSize: terms.maxPieceSize },
      ...{ minDuration: terms.minDuration, maxDuration: terms.maxDuration },
      freeBytes: terms.capacity > reserved ? terms.capacity - reserved : 0n,
      ...{ expiry: terms.expiry, region: terms.region },
      notice: BigInt(terms.notice),
      exitFeeEpochs: BigInt(terms.exitFeeEpochs),
      reservationFeeEpochs: BigInt(terms.reservationFeeEpochs),
      maxOpenProposals: BigInt(terms.maxOpenProposals),
    };
  }

  async function account(token: Address, owner: Address, blockNumber: Epoch) {
    const [fundedUntil, , available] = await client.readContract({
      ...{ ...onPay, functionName: "getAccountInfoIfSettled", args: [token, owner], blockNumber },
    });
    return { available, fundedUntil };
  }

  return { parameters, railsOf, datasetOf, deal, offers, account };
}

export type ChainState = ReturnType<typeof createChainState>;
