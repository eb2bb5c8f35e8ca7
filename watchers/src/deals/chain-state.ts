import {
  type ActionClient,
  ContractRevertedError,
  copyIdOf,
  getAccountIfSettled,
  getCopies,
  getCopyState,
  getDeal,
  getDealsParameters,
  getEvidenceParameters,
  getEvidenceRecords,
  getFreeBond,
  getOffer,
  getOfferCount,
  getOfferTerms,
  getOpenProposals,
  getProviderOwner,
  getRail,
  getRailsOfPayer,
  getSectorExpiration,
  getSectorTrace,
  locateSector,
  subjectOf,
} from "@holdfast/sdk";
import type { Address, Hex, PublicClient } from "viem";
import type { Contracts } from "./contracts.ts";
import type { Copy, Deal, Epoch, Evidence, Look, Offer, Parameters } from "./state.ts";

/** What the chain knows of a copy; looks, submissions and samples are ours. */
export type ChainCopy = Omit<Copy, "look" | "submission" | "sampledEpoch" | "sampleFailures">;
export type ChainDeal = Omit<Deal, "copies"> & {
  client: Address;
  dataset: Hex;
  copies: readonly ChainCopy[];
};

/** Deals read at once. */
const SLICE = 500;
/** Rails of one call, subjects of one call. */
const RAILS = 1000n;
const SUBJECTS = 100;

/**
 * Reads Holdfast's contracts, every answer of one call as of the same epoch. Many reads are made in the same turn of the
 * event loop, so that a client that batches, by a multicall contract or by JSON-RPC, makes few requests of them.
 */
export function createChainState(reader: PublicClient, contracts: Contracts) {
  const client = reader as unknown as ActionClient;
  const endpoints = new Map<string, Promise<string>>();
  const at = (contract: keyof Contracts, blockNumber?: Epoch) => ({
    address: contracts[contract],
    ...(blockNumber === undefined ? {} : { blockNumber }),
  });

  async function parameters(): Promise<Parameters> {
    const [evidence, deals] = await Promise.all([
      getEvidenceParameters(client, at("evidence")),
      getDealsParameters(client, at("deals")),
    ]);
    const { freshness, grace, chainGap } = evidence;
    const { extensionLead, maxExtension, minRate } = deals;
    const numbers = { maxExtensions: Number(deals.maxExtensions), maxPieces: Number(deals.maxPieces) };
    return { freshness, grace, chainGap, extensionLead, maxExtension, minRate, ...numbers };
  }

  /** Rails that the account pays in `token` and that are not finalised: a deal of ours has the id of its rail. */
  async function railsOf(payer: Address, token: Address, blockNumber: Epoch): Promise<bigint[]> {
    const ids: bigint[] = [];
    for (let offset = 0n; ; ) {
      const page = { payer, token, offset, limit: RAILS };
      const { rails, nextOffset, total } = await getRailsOfPayer(client, {
        ...page,
        ...at("pay", blockNumber),
      });
      ids.push(...rails.map(({ railId }) => railId));
      if (nextOffset >= total || rails.length === 0) return ids;
      offset = nextOffset;
    }
  }

  /** The deals with these ids; rails that carry none of StorageDeals' are left out. */
  async function deals(ids: readonly bigint[], blockNumber: Epoch): Promise<ChainDeal[]> {
    const found: ChainDeal[] = [];
    for (let from = 0; from < ids.length; from += SLICE) {
      found.push(...(await readSlice(ids.slice(from, from + SLICE), blockNumber)));
    }
    return found;
  }

  async function readSlice(ids: readonly bigint[], blockNumber: Epoch): Promise<ChainDeal[]> {
    const read = await Promise.all(ids.map((dealId) => readDeal(dealId, blockNumber)));
    const given = read.filter((deal) => deal !== undefined);
    const providers = [...new Set(given.map(({ deal }) => deal.provider))];
    const sectors = given.flatMap(({ deal, copies }) =>
      copies
        .filter(({ activation }) => activation !== 0n)
        .map(({ sector }) => ({ miner: deal.provider, sector })),
    );
    const [owners, evidence, completed] = await Promise.all([
      Promise.all(
        providers.map((provider) => getProviderOwner(client, { provider, ...at("registry", blockNumber) })),
      ),
      evidenceOf(sectors, blockNumber),
      Promise.all(
        given.map(({ dealId, deal, copies }) =>
          Promise.all([
            endpointOf(deal.offerId, deal.version),
            Promise.all(copies.map((copy, index) => stateOf(dealId, index, copy.state, blockNumber))),
          ]),
        ),
      ),
    ]);
    const ownerOf = new Map(providers.map((provider, index) => [provider, owners[index] as bigint]));
    return given.map(({ dealId, deal, copies, settledUpTo }, index) => {
      const [endpoint, states] = completed[index] as (typeof completed)[number];
      return {
        ...{ dealId, client: deal.client, dataset: deal.dataset, provider: deal.provider, endpoint },
        ...{ owner: ownerOf.get(deal.provider) as bigint, offerId: deal.offerId, sealBy: deal.sealBy },
        ...{ endEpoch: deal.endEpoch, railEnd: deal.railEnd, notice: BigInt(deal.notice) },
        ...{ period: BigInt(deal.period), extensions: deal.extensions, departure: deal.departure },
        ...{ rateStale: deal.rateStale, ratePerTib: deal.ratePerTib, settledUpTo },
        copies: copies.map(({ commitment, state, sector, activation, close }, number) => ({
          ...{ copyId: copyIdOf(dealId, number), commitment, stored: state, sector, activation, close },
          current: states[number] as ChainCopy["current"],
          evidence: activation === 0n ? undefined : evidence.get(subjectOf({ miner: deal.provider, sector })),
        })),
      };
    });
  }

  /** Undefined for a rail that carries none of StorageDeals' deals. */
  async function readDeal(dealId: bigint, blockNumber: Epoch) {
    const [deal, copies, settledUpTo] = await Promise.all([
      unless("DealUnknown", getDeal(client, { dealId, ...at("deals", blockNumber) })),
      unless("DealUnknown", getCopies(client, { dealId, ...at("deals", blockNumber) })),
      // Undefined once the rail is finalised.
      unless("RailInactiveOrSettled", getRail(client, { railId: dealId, ...at("pay", blockNumber) })),
    ]);
    return deal && copies && { dealId, deal, copies, settledUpTo: settledUpTo?.settledUpTo };
  }

  async function stateOf(dealId: bigint, index: number, stored: ChainCopy["stored"], blockNumber: Epoch) {
    const isOpen = stored === "Proposed" || stored === "Active";
    const copyId = copyIdOf(dealId, index);
    return isOpen ? getCopyState(client, { copyId, ...at("deals", blockNumber) }) : stored;
  }

  /** By subject. A trace says something only while a fault is on record. */
  async function evidenceOf(sectors: readonly { miner: bigint; sector: bigint }[], blockNumber: Epoch) {
    const bySubject = new Map(sectors.map((where) => [subjectOf(where), where]));
    const subjects = [...bySubject.keys()];
    const slices: bigint[][] = [];
    for (let from = 0; from < subjects.length; from += SUBJECTS) {
      slices.push(subjects.slice(from, from + SUBJECTS));
    }
    const records = await Promise.all(
      slices.map((slice) => getEvidenceRecords(client, { subjects: slice, ...at("evidence", blockNumber) })),
    );
    const entries = records.flat().map(async (record, index): Promise<[bigint, Evidence]> => {
      const subject = subjects[index] as bigint;
      const where = bySubject.get(subject) as { miner: bigint; sector: bigint };
      const { last, provenUntil, failed, failedAt } = record;
      const { chainStart, lastReport } =
        last === "Faulty"
          ? await getSectorTrace(client, { ...where, ...at("evidence", blockNumber) })
          : { chainStart: 0n, lastReport: 0n };
      return [subject, { last, provenUntil, failed, failedAt, chainStart, lastReport }];
    });
    return new Map(await Promise.all(entries));
  }

  /** Of a version of an offer it never changes. */
  function endpointOf(offerId: bigint, version: number): Promise<string> {
    const key = `${offerId}:${version}`;
    const known =
      endpoints.get(key) ??
      getOfferTerms(client, { offerId, version, ...at("registry") }).then(({ endpoint }) => endpoint);
    endpoints.set(key, known);
    known.catch(() => endpoints.delete(key));
    return known;
  }

  async function offers(account: Address, blockNumber: Epoch): Promise<Offer[]> {
    const count = await getOfferCount(client, at("registry", blockNumber));
    const ids = Array.from({ length: Number(count) }, (_, index) => BigInt(index) + 1n);
    return Promise.all(ids.map((offerId) => offer(offerId, account, blockNumber)));
  }

  async function offer(offerId: bigint, account: Address, blockNumber: Epoch): Promise<Offer> {
    const [{ provider, version, paused, reservedBytes, terms }, openProposals] = await Promise.all([
      getOffer(client, { offerId, ...at("registry", blockNumber) }),
      getOpenProposals(client, { offerId, client: account, ...at("deals", blockNumber) }),
    ]);
    const [owner, freeBond] = await Promise.all([
      getProviderOwner(client, { provider, ...at("registry", blockNumber) }),
      getFreeBond(client, { provider, ...at("registry", blockNumber) }),
    ]);
    return {
      ...{ offerId, version, provider, owner, paused, freeBond, openProposals },
      ...{ token: terms.token, ratePerTib: terms.ratePerTib, bondPerTib: terms.bondPerTib },
      ...{ minPieceSize: terms.minPieceSize, maxPieceSize: terms.maxPieceSize },
      ...{ minDuration: terms.minDuration, maxDuration: terms.maxDuration },
      freeBytes: terms.capacity > reservedBytes ? terms.capacity - reservedBytes : 0n,
      ...{ expiry: terms.expiry, region: terms.region },
      notice: BigInt(terms.notice),
      exitFeeEpochs: BigInt(terms.exitFeeEpochs),
      reservationFeeEpochs: BigInt(terms.reservationFeeEpochs),
      maxOpenProposals: BigInt(terms.maxOpenProposals),
    };
  }

  async function account(token: Address, owner: Address, blockNumber: Epoch) {
    const of = { token, owner, ...at("pay", blockNumber) };
    const { fundedUntilEpoch: fundedUntil, availableFunds: available } = await getAccountIfSettled(
      client,
      of,
    );
    return { available, fundedUntil };
  }

  /** What the miner itself says of a sector now; its expiration only if asked for, else 0. */
  async function look(miner: bigint, sector: bigint, withExpiration: boolean): Promise<Look> {
    const [located, expiration] = await Promise.all([
      locateSector(client, { miner, sector }),
      withExpiration ? getSectorExpiration(client, { miner, sector }) : 0n,
    ]);
    return { ...located, expiration };
  }

  return { parameters, railsOf, deals, offers, account, look };
}

export type ChainState = ReturnType<typeof createChainState>;

/** Undefined if the contract refuses with this error. */
async function unless<T>(errorName: string, read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ContractRevertedError && error.revert.errorName === errorName) return undefined;
    throw error;
  }
}
