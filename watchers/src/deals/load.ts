import { bulkhead } from "cockatiel";
import type { Kysely, Selectable } from "kysely";
import type { Logger } from "pino";
import type { Address } from "viem";
import type { Outbox } from "../runtime/outbox.ts";
import { decodePayload, encodePayload } from "../runtime/payload.ts";
import type { ChainCopy, ChainDeal, ChainState } from "./chain-state.ts";
import type { ProviderMarket, Submit } from "./provider-market.ts";
import { readSamples } from "./retrieval-log.ts";
import type {
  Copy,
  Deal,
  DealIntent,
  Epoch,
  FailedProposal,
  Look,
  Parameters,
  Policy,
  ProposePayload,
  State,
  Submission,
} from "./state.ts";
import type { DealsTables, SubmissionTable } from "./tables.ts";

const DAY = 2880n;
/** Requests to providers under way at once. */
const MARKET_REQUESTS = 16;

export const KINDS = [
  "propose",
  "submit",
  "refresh",
  "report",
  "poke",
  "settle",
  "extend",
  "sample",
] as const;

type Refused = Pick<ProposePayload, "offerId"> & Partial<Pick<ProposePayload, "token">>;

export interface LoaderOptions {
  policy: Policy;
  account: Address;
  confirmations: bigint;
  chain: ChainState;
  market: ProviderMarket;
  db: Kysely<DealsTables>;
  outbox: Outbox;
  logger: Logger;
  /** Told whenever a provider has answered, or will not. */
  onExchange?: (() => void) | undefined;
}

/** Puts together what `decide` needs: the chain as of one epoch, our records, and what providers and miners say now. */
export function createLoader(options: LoaderOptions) {
  const {
    policy,
    account,
    confirmations,
    chain,
    market,
    db,
    outbox,
    logger,
    onExchange = () => {},
  } = options;
  /** Deals in which nothing can change any more, and when they were first seen so. */
  const ended = new Map<bigint, { deal: ChainDeal; since: Epoch }>();
  const looks = new Map<string, { look: Look; epoch: Epoch }>();
  const slots = bulkhead(MARKET_REQUESTS, Number.POSITIVE_INFINITY);
  let enumeratedAt: Epoch | undefined;
  /** Rails of the account that carry something else. */
  const foreign = new Set<bigint>();
  let parameters: Parameters | undefined;

  async function load(epoch: Epoch): Promise<State> {
    parameters ??= await chain.parameters();
    // Once a day everything is read anew, also what cannot have changed.
    if (enumeratedAt === undefined || epoch - enumeratedAt >= DAY) {
      ended.clear();
      foreign.clear();
      enumeratedAt = epoch;
    }
    const [deals, offers, money] = await Promise.all([
      findDeals(epoch),
      chain.offers(account, epoch),
      chain.account(policy.token, account, epoch),
    ]);
    for (const deal of deals) {
      if (isEnded(deal) && !ended.has(deal.dealId)) ended.set(deal.dealId, { deal, since: epoch });
    }
    await recordSubmissions(epoch);
    await followSubmissions(deals, epoch);
    const completed = await completeDeals(deals, epoch);
    const open = await outbox.open(KINDS);
    return {
      ...{ epoch, parameters, offers, deals: completed, account: money },
      open: open.map(
        ({ key, subject, kind, payload }) =>
          ({ key, subject, kind, payload: decodePayload(payload) }) as DealIntent,
      ),
      history: await outbox.history(KINDS),
      failedProposals: await failedProposals(epoch),
    };
  }

  /**
   * This client's deals for this dataset. Filecoin Pay lists the rails that still run; deals are remembered once they are
   * too deep to be undone, so that those whose rails are gone are known still.
   */
  async function findDeals(epoch: Epoch): Promise<ChainDeal[]> {
    const name = `deals:${policy.dataset}`;
    const stored = await db
      .selectFrom("checkpoints")
      .select("value")
      .where("name", "=", name)
      .executeTakeFirst();
    const known = new Set<bigint>(stored ? decodePayload(stored.value) : []);
    const rails = await chain.railsOf(account, policy.token, epoch);
    const unknown = rails.filter((railId) => !known.has(railId) && !foreign.has(railId));
    const isSettled = (dealId: bigint) => {
      const before = ended.get(dealId);
      return before !== undefined && epoch - before.since >= confirmations;
    };
    const read = await chain.deals(
      [...known, ...unknown].filter((dealId) => !isSettled(dealId)),
      epoch,
    );
    const byId = new Map(read.map((deal) => [deal.dealId, deal]));
    const ours = (dealId: bigint) => byId.get(dealId)?.dataset === policy.dataset;
    const fresh = unknown.filter(ours);
    const final = unknown.length === 0 ? new Set<bigint>() : await finalRails(epoch);
    for (const railId of unknown) if (!ours(railId) && final.has(railId)) foreign.add(railId);
    const deep = fresh.filter((dealId) => final.has(dealId));
    if (deep.length > 0) {
      const value = encodePayload([...known, ...deep]);
      await db
        .insertInto("checkpoints")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    }
    return [...known, ...fresh].flatMap((dealId) => byId.get(dealId) ?? ended.get(dealId)?.deal ?? []);
  }

  /** The rails that stood already where the chain can no longer be undone. */
  async function finalRails(epoch: Epoch): Promise<Set<bigint>> {
    if (epoch <= confirmations) return new Set();
    return new Set(await chain.railsOf(account, policy.token, epoch - confirmations));
  }

  /** What providers took from us is followed from then on. */
  async function recordSubmissions(epoch: Epoch): Promise<void> {
    const taken = await db
      .selectFrom("intents")
      .select(["payload", "finishedEpoch"])
      .where("kind", "=", "submit")
      .where("state", "=", "done")
      .where("subject", "not in", (query) =>
        query
          .selectFrom("submissions")
          .select((row) => row.fn<string>("concat", [row.val("submit:"), "copyId"]).as("s")),
      )
      .execute();
    for (const { payload, finishedEpoch } of taken) {
      const { copyId, provider, endpoint, ulid } = decodePayload<Submit>(payload);
      const at = finishedEpoch ?? Number(epoch);
      await db
        .insertInto("submissions")
        .values({
          ...{ copyId: copyId.toString(), provider: provider.toString(), endpoint, ulid },
          ...{ status: "accepted", reason: null, sinceEpoch: at, heardEpoch: at },
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  /** Asks the providers of copies that are not on chain yet how far they are. */
  async function followSubmissions(deals: readonly ChainDeal[], epoch: Epoch): Promise<void> {
    const waiting = new Set(
      deals.flatMap(({ copies }) =>
        copies.filter(({ current }) => current === "Proposed").map(({ copyId }) => copyId.toString()),
      ),
    );
    const rows = await db.selectFrom("submissions").selectAll().where("status", "!=", "failed").execute();
    const due = rows.filter(({ copyId }) => waiting.has(copyId));
    await Promise.all(
      due.map(async (row) => {
        const answer = await slots.execute(() => market.status(row.endpoint, row.ulid).finally(onExchange));
        if (answer === "silent") return;
        const told =
          answer === "unknown"
            ? { status: "failed", reason: "the provider no longer knows the deal" }
            : answer;
        const sinceEpoch = told.status === row.status ? row.sinceEpoch : Number(epoch);
        await db
          .updateTable("submissions")
          .set({ status: told.status, reason: told.reason ?? null, sinceEpoch, heardEpoch: Number(epoch) })
          .where("copyId", "=", row.copyId)
          .execute();
      }),
    );
  }

  /** Adds what we know beside the chain: looks, submissions, samples. */
  async function completeDeals(deals: readonly ChainDeal[], epoch: Epoch): Promise<Deal[]> {
    const submissions = new Map(
      (await db.selectFrom("submissions").selectAll().execute()).map((row) => [row.copyId, row]),
    );
    const { newest, failures } = await readSamples(db);

    const complete = async (deal: ChainDeal, copy: ChainCopy): Promise<Copy> => {
      const copyId = copy.copyId.toString();
      return {
        ...copy,
        look: copy.stored === "Active" ? await look(deal, copy, epoch) : undefined,
        submission: submissionFrom(submissions.get(copyId)),
        sampledEpoch: newest.get(copyId),
        sampleFailures: failures.get(copyId) ?? [],
      };
    };
    return Promise.all(
      deals.map(async (deal) => ({
        ...deal,
        copies: await Promise.all(deal.copies.map((copy) => complete(deal, copy))),
      })),
    );
  }

  /** A healthy sector is looked at four times in half of W, one that is not in every step. */
  async function look(
    { provider, endEpoch }: ChainDeal,
    { sector, evidence }: ChainCopy,
    epoch: Epoch,
  ): Promise<Look | undefined> {
    const key = `${provider}:${sector}`;
    const known = looks.get(key);
    // Before that nobody asks how far the sector reaches.
    const mayExtend = epoch + 2n * policy.renewBefore >= endEpoch;
    const span = (parameters as Parameters).freshness / 8n;
    const isHealthy = known?.look.status === "Active" && evidence?.last === "Active";
    const isEnough = known !== undefined && (!mayExtend || known.look.expiration !== 0n);
    if (isEnough && isHealthy && epoch - known.epoch < span) return known.look;
    try {
      const fresh = await chain.look(provider, sector, mayExtend);
      looks.set(key, { look: fresh, epoch });
      return fresh;
    } catch (error) {
      logger.warn(
        { miner: String(provider), sector: String(sector), error: String(error) },
        "sector not looked at",
      );
      return undefined;
    }
  }

  /**
   * What contracts refused, in the policy's token, within the time of an exclusion. What failed before, or in another
   * token, says nothing of now; and what a node said in a contract's place is parked, and no refusal.
   */
  async function failedProposals(epoch: Epoch): Promise<FailedProposal[]> {
    const rows = await db
      .selectFrom("intents")
      .select(["payload", "error", "finishedEpoch"])
      .where("kind", "=", "propose")
      .where("state", "=", "failed")
      .where("finishedEpoch", ">", Number(epoch - policy.exclusion))
      .orderBy("id")
      .execute();
    return rows.flatMap(({ payload, error, finishedEpoch }) => {
      // Databases of before may hold some without a token.
      const { offerId, token } = decodePayload<Refused>(payload);
      if (token?.toLowerCase() !== policy.token.toLowerCase()) return [];
      return { offerId, epoch: BigInt(finishedEpoch ?? 0), error: error ?? "unknown" };
    });
  }

  return load;
}

function submissionFrom(row: Selectable<SubmissionTable> | undefined): Submission | undefined {
  if (row === undefined) return undefined;
  const { status, reason, sinceEpoch, heardEpoch } = row;
  return {
    ...{ status, reason: reason ?? undefined },
    ...{ sinceEpoch: BigInt(sinceEpoch), heardEpoch: BigInt(heardEpoch) },
  };
}

function isEnded({ settledUpTo, copies }: ChainDeal): boolean {
  return (
    settledUpTo === undefined && copies.every(({ stored }) => /^(Expired|Failed|Completed)$/.test(stored))
  );
}
