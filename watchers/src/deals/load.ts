import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Address } from "viem";
import type { Outbox } from "../runtime/outbox.ts";
import { decodePayload, encodePayload } from "../runtime/payload.ts";
import type { ChainCopy, ChainDeal, ChainState } from "./chain-state.ts";
import type { ProviderMarket, Submit } from "./provider-market.ts";
import type { SectorLocator } from "./sector-locator.ts";
import type {
  Copy,
  Deal,
  DealIntent,
  Epoch,
  FailedProposal,
  Look,
  Parameters,
  Policy,
  State,
} from "./state.ts";
import type { DealsTables } from "./tables.ts";

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

export interface LoaderOptions {
  policy: Policy;
  account: Address;
  confirmations: bigint;
  chain: ChainState;
  locator: SectorLocator;
  market: ProviderMarket;
  db: Kysely<DealsTables>;
  outbox: Outbox;
  logger: Logger;
}

/** Puts together what `decide` needs: the chain as of one epoch, our records, and what providers and miners say now. */
export function createLoader(options: LoaderOptions) {
  const { policy, account, confirmations, chain, locator, market, db, outbox, logger } = options;
  /** Deals in which nothing can change any more. */
  const ended = new Map<bigint, ChainDeal>();
  const looks = new Map<string, { look: Look; epoch: Epoch }>();
  /** Rails of the account that carry something else. */
  const foreign = new Set<bigint>();
  let parameters: Parameters | undefined;

  async function load(epoch: Epoch): Promise<State> {
    parameters ??= await chain.parameters();
    const dealIds = await findDeals(epoch);
    const [deals, offers, money] = await Promise.all([
      Promise.all(dealIds.map(async (dealId) => ended.get(dealId) ?? (await chain.deal(dealId, epoch)))),
      chain.offers(account, epoch),
      chain.account(policy.token, account, epoch),
    ]);
    for (const deal of deals) if (isEnded(deal)) ended.set(deal.dealId, deal);
    await recordSubmissions(epoch);
    await followSubmissions(deals, epoch);
    const completed = await Promise.all(deals.map((deal) => completeDeal(deal, epoch)));
    const open = await outbox.open(KINDS);
    return {
      ...{ epoch, parameters, offers, deals: completed, account: money },
      open: open.map(
        ({ key, subject, kind, payload }) =>
          ({ key, subject, kind, payload: decodePayload(payload) }) as DealIntent,
      ),
      history: await outbox.history(KINDS),
      failedProposals: await failedProposals(),
    };
  }

  /**
   * Ids of this client's deals for this dataset. Filecoin Pay lists the rails that still run; deals are remembered once
   * they are too deep to be undone, so that those whose rails are gone are known still.
   */
  async function findDeals(epoch: Epoch): Promise<bigint[]> {
    const name = `deals:${policy.dataset}`;
    const stored = await db
      .selectFrom("checkpoints")
      .select("value")
      .where("name", "=", name)
      .executeTakeFirst();
    const known: bigint[] = stored ? decodePayload(stored.value) : [];
    const rails = await chain.railsOf(account, policy.token, epoch);
    const fresh: bigint[] = [];
    for (const railId of rails) {
      if (known.includes(railId) || foreign.has(railId)) continue;
      if ((await chain.datasetOf(railId, epoch)) === policy.dataset) fresh.push(railId);
      else if (await isFinal(railId, epoch)) foreign.add(railId);
    }
    const final: bigint[] = [];
    for (const dealId of fresh) if (await isFinal(dealId, epoch)) final.push(dealId);
    if (final.length > 0) {
      const value = encodePayload([...known, ...final]);
      await db
        .insertInto("checkpoints")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    }
    return [...known, ...fresh];
  }

  /** Whether the rail stood already where the chain can no longer be undone. */
  async function isFinal(railId: bigint, epoch: Epoch): Promise<boolean> {
    if (epoch <= confirmations) return false;
    return (await chain.railsOf(account, policy.token, epoch - confirmations)).includes(railId);
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
        const answer = await market.status(row.endpoint, row.ulid);
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

  async function completeDeal(deal: ChainDeal, epoch: Epoch): Promise<Deal> {
    const copies = await Promise.all(deal.copies.map((copy) => completeCopy(deal, copy, epoch)));
    return { ...deal, copies };
  }

  async function completeCopy(deal: ChainDeal, copy: ChainCopy, epoch: Epoch): Promise<Copy> {
    const copyId = copy.copyId.toString();
    const [row, samples] = await Promise.all([
      db.selectFrom("submissions").selectAll().where("copyId", "=", copyId).executeTakeFirst(),
      db
        .selectFrom("retrievals")
        .select(["epoch", "passed"])
        .where("copyId", "=", copyId)
        .orderBy("epoch")
        .execute(),
    ]);
    const newest = samples.at(-1)?.epoch;
    return {
      ...copy,
      look: copy.stored === "Active" ? await look(deal.provider, copy, epoch) : undefined,
      submission:
        row === undefined
          ? undefined
          : {
              ...{ status: row.status, reason: row.reason ?? undefined },
              ...{ sinceEpoch: BigInt(row.sinceEpoch), heardEpoch: BigInt(row.heardEpoch) },
            },
      sampledEpoch: newest === undefined ? undefined : BigInt(newest),
      sampleFailures: samples.filter(({ passed }) => passed === 0).map((sample) => BigInt(sample.epoch)),
    };
  }

  /** A healthy sector is looked at four times in half of W, one that is not in every step. */
  async function look(
    miner: bigint,
    { sector, evidence }: ChainCopy,
    epoch: Epoch,
  ): Promise<Look | undefined> {
    const key = `${miner}:${sector}`;
    const known = looks.get(key);
    const span = (parameters as Parameters).freshness / 8n;
    const isHealthy = known?.look.status === "Active" && evidence?.last === "Active";
    if (known !== undefined && isHealthy && epoch - known.epoch < span) return known.look;
    try {
      const fresh = await locator.look(miner, sector);
      looks.set(key, { look: fresh, epoch });
      return fresh;
    } catch (error) {
      logger.warn(
        { miner: String(miner), sector: String(sector), error: String(error) },
        "sector not looked at",
      );
      return undefined;
    }
  }

  async function failedProposals(): Promise<FailedProposal[]> {
    const rows = await db
      .selectFrom("intents")
      .select(["payload", "error", "finishedEpoch"])
      .where("kind", "=", "propose")
      .where("state", "in", ["failed", "parked"])
      .orderBy("id")
      .execute();
    return rows.map(({ payload, error, finishedEpoch }) => ({
      offerId: decodePayload<{ offerId: bigint }>(payload).offerId,
      epoch: BigInt(finishedEpoch ?? 0),
      error: error ?? "unknown",
    }));
  }

  return load;
}

function isEnded({ settledUpTo, copies }: ChainDeal): boolean {
  return (
    settledUpTo === undefined && copies.every(({ stored }) => /^(Expired|Failed|Completed)$/.test(stored))
  );
}
