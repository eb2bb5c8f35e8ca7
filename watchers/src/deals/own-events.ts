import { splitCopyId } from "@holdfast/sdk";
import type { Kysely } from "kysely";
import { type Abi, type Address, type Hex, hexToBigInt, isAddressEqual, numberToHex } from "viem";
import type { Source } from "../runtime/chain-reader.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import type { StoredEvent } from "../runtime/event-log.ts";
import { decodePayload } from "../runtime/payload.ts";
import { abis, type Contracts } from "./contracts.ts";

/** The contracts that tell of deals. */
export function dealsSources(contracts: Contracts): Source[] {
  return (Object.keys(abis) as (keyof Contracts)[]).map((name) => ({
    ...{ name, address: contracts[name], abi: abis[name] as Abi },
  }));
}

/**
 * Of what the contracts told, what concerns one client: its deals, their copies and rails, the sectors that back them;
 * and all of the registry, which is the market.
 */
export function ownEvents(db: Kysely<RuntimeTables>, client: Address) {
  return async (events: StoredEvent[]): Promise<StoredEvent[]> => {
    const deals = new Set(await known(db, "DealProposed", events.flatMap(dealOf)));
    for (const event of events) {
      const isOurs =
        event.event === "DealProposed" &&
        isAddressEqual(decodePayload<{ client: Address }>(event.args).client, client);
      if (isOurs) deals.add(event.subject as Hex);
    }
    const dealEvents = events.filter(
      (event) => event.contract === "registry" || dealOf(event).some((deal) => deals.has(deal)),
    );
    if (!events.some(({ contract }) => contract === "evidence")) return dealEvents;
    const stored = await db
      .selectFrom("events")
      .select("topics")
      .where("event", "=", "DealCopyActivated")
      .execute();
    const fresh = dealEvents.filter(({ event }) => event === "DealCopyActivated");
    const sectors = new Set([...stored, ...fresh].map(({ topics }) => sectorIn(topics, 2)));
    const kept = new Set(dealEvents);
    return events.filter(
      (event) => kept.has(event) || (event.contract === "evidence" && sectors.has(sectorIn(event.topics, 1))),
    );
  };
}

/** Rows of one query: PostgreSQL and SQLite both take many more values. */
const BATCH = 500;

/** Which of the subjects have such an event. */
async function known(db: Kysely<RuntimeTables>, event: string, subjects: readonly Hex[]): Promise<Hex[]> {
  const found: Hex[] = [];
  const unique = [...new Set(subjects)];
  for (let at = 0; at < unique.length; at += BATCH) {
    const rows = await db
      .selectFrom("events")
      .select("subject")
      .where("event", "=", event)
      .where("subject", "in", unique.slice(at, at + BATCH))
      .execute();
    found.push(...rows.map(({ subject }) => subject as Hex));
  }
  return found;
}

/** The deal that an event of StorageDeals or Filecoin Pay is about, as its topic: rails have their deals' ids. */
function dealOf({ contract, event, subject }: StoredEvent): Hex[] {
  if (subject === null || (contract !== "deals" && contract !== "pay")) return [];
  const isAboutCopy = contract === "deals" && /^Deal(Copy|Notification)/.test(event);
  if (!isAboutCopy) return [subject as Hex];
  return [numberToHex(splitCopyId(hexToBigInt(subject as Hex)).dealId, { size: 32 })];
}

/** Miner and sector, two topics from `at` on. */
function sectorIn(topics: string, at: number): string {
  return (JSON.parse(topics) as string[]).slice(at, at + 2).join(":");
}
