import type { EventLog, Gap, StoredEvent } from "./event-log.ts";
import { decodePayload } from "./payload.ts";

/** Turns final events into lines of a ledger; called in the order of the chain. */
export type Ledger = (event: StoredEvent) => readonly object[];

/**
 * Everything that is final in the database, as JSON lines in the order of the chain: events, and after each what a
 * ledger makes of it. Two databases of the same chain give the same bytes, however they came to know it; first come the
 * epochs, if any, whose events were no longer to be had.
 */
export async function* exportLines(log: EventLog, ledger: Ledger = () => []): AsyncGenerator<string> {
  const checkpoint = await log.checkpoint();
  if (checkpoint === undefined) return;
  for (const gap of await log.gaps()) yield lineOf("gap", gapOf(gap));
  for await (const event of log.upTo(checkpoint.finalized)) {
    const { epoch, logIndex, blockHash, transactionHash, contract, address } = event;
    const place = { epoch, logIndex, blockHash, transactionHash, contract, address };
    yield lineOf("event", { ...place, event: event.event, args: decodePayload(event.args) });
    for (const entry of ledger(event)) yield lineOf("ledger", entry);
  }
}

function gapOf([from, to]: Gap) {
  return { from, to };
}

/** Bigints as text: JSON readers lose digits of large numbers. */
function lineOf(type: string, content: object): string {
  return JSON.stringify({ type, ...content }, (_, item) =>
    typeof item === "bigint" ? item.toString() : item,
  );
}
