import type { Kysely } from "kysely";
import type { Address } from "viem";
import type { Source } from "../runtime/chain-reader.ts";
import type { StoredEvent } from "../runtime/event-log.ts";
import { decodePayload } from "../runtime/payload.ts";
import { abis, type Contracts } from "./contracts.ts";
import type { DealsTables } from "./tables.ts";

/** What the deals contract tells. */
export function dealSources(contracts: Contracts): Source[] {
  return [{ name: "deals", address: contracts.deals, abi: abis.deals as never }];
}

/** Events of a copy are told under the copy's id, the others under their deal's. */
const OF_A_COPY: ReadonlySet<string> = new Set([
  "DealCopyActivated",
  "DealCopyEnded",
  "DealNotificationIgnored",
]);

/**
 * Of what the deals contract told everybody, what is about deals of one client. An id can go to another client's deal when
 * the chain is reorganised; the newest proposal decides whose it is.
 */
export function createDealFilter(db: Kysely<DealsTables>, client: Address) {
  let ours: Set<bigint> | undefined;

  async function stored(): Promise<Set<bigint>> {
    const rows = await db
      .selectFrom("events")
      .select("subject")
      .where("contract", "=", "deals")
      .where("event", "=", "DealProposed")
      .execute();
    return new Set(rows.map(({ subject }) => BigInt(subject as string)));
  }

  return async (events: StoredEvent[]): Promise<StoredEvent[]> => {
    ours ??= await stored();
    const known = ours;
    return events.filter(({ contract, event, subject, args }) => {
      if (contract !== "deals" || subject === null) return false;
      const dealId = OF_A_COPY.has(event) ? BigInt(subject) >> 8n : BigInt(subject);
      if (event === "DealProposed") {
        const isOurs = decodePayload<{ client: Address }>(args).client.toLowerCase() === client.toLowerCase();
        if (isOurs) known.add(dealId);
        else known.delete(dealId);
      }
      return known.has(dealId);
    });
  };
}
