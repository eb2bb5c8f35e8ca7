import { expect } from "chai";
import type { Kysely } from "kysely";
import { numberToHex } from "viem";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { StoredEvent } from "../runtime/event-log.ts";
import { encodePayload } from "../runtime/payload.ts";
import { createDealFilter } from "./events.ts";
import type { DealsTables } from "./tables.ts";

const US = "0x00000000000000000000000000000000000000Aa";
const OTHERS = "0x00000000000000000000000000000000000000bb";

describe("deal filter", () => {
  let db: Kysely<DealsTables>;
  let logIndex = 0;
  beforeEach(async () => {
    db = await openWatcherDatabase(":memory:");
  });
  afterEach(() => db.destroy());

  function event(name: string, subject: bigint, args: object = {}): StoredEvent {
    const word = numberToHex(subject, { size: 32 });
    return {
      ...{ epoch: 7, logIndex: logIndex++, blockHash: "0x1", transactionHash: "0x2", contract: "deals" },
      ...{ address: "0x3", event: name, subject: word, args: encodePayload(args), topics: "[]", data: "0x" },
    };
  }
  const proposed = (dealId: bigint, client: string) => event("DealProposed", dealId, { client });

  it("keeps what is about our deals and their copies, whatever others do", async () => {
    const keep = createDealFilter(db, US);
    const ours = [proposed(1n, US.toLowerCase()), event("DealCopyActivated", 256n), event("DealSettled", 1n)];
    const theirs = [proposed(2n, OTHERS), event("DealCopyEnded", 513n), event("DealSettled", 2n)];
    expect(await keep([ours[0]!, theirs[0]!, theirs[1]!, ours[1]!, theirs[2]!, ours[2]!])).to.deep.equal(
      ours,
    );
    const later = event("DealLeft", 1n);
    expect(await keep([later, event("DealLeft", 2n)])).to.deep.equal([later]);
  });

  it("knows after a restart which deals are ours", async () => {
    await db.insertInto("events").values(proposed(5n, US)).execute();
    const later = event("DealCopyEnded", (5n << 8n) | 3n);
    expect(await createDealFilter(db, US)([later, event("DealCopyEnded", 6n << 8n)])).to.deep.equal([later]);
  });

  it("gives a deal up whose id went to another in a reorganisation, and takes it back", async () => {
    const keep = createDealFilter(db, US);
    await keep([proposed(1n, US)]);
    expect(await keep([proposed(1n, OTHERS), event("DealSettled", 1n)])).to.deep.equal([]);
    expect(await keep([proposed(1n, US), event("DealSettled", 1n)])).to.have.length(2);
  });
});
