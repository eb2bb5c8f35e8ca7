import { expect } from "chai";
import type { Kysely } from "kysely";
import type { Address } from "viem";
import { manualClock } from "../../test/manual-clock.ts";
import { quiet } from "../../test/quiet.ts";
import { offer, PARAMETERS, policy, SimulatedMarket } from "../../test/simulated-market.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import type { IntentState, RuntimeTables } from "../runtime/database.ts";
import { noFault } from "../runtime/fault-point.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { decodePayload, encodePayload } from "../runtime/payload.ts";
import { assess } from "./assess.ts";
import type { ChainState } from "./chain-state.ts";
import { createLoader } from "./load.ts";
import type { DealIntent, ProposePayload } from "./state.ts";
import type { DealsTables } from "./tables.ts";

describe("failed proposals", () => {
  const OTHER: Address = `0x${"b".repeat(40)}`;
  const REFUSED = "OperatorNotApproved(0x1, 0x2)";
  const given = policy({ copies: 1 });
  let db: Kysely<DealsTables>;
  beforeEach(async () => {
    db = await openWatcherDatabase(":memory:");
  });
  afterEach(() => db.destroy());

  /** What a proposal that `decide` made came to. */
  async function ended(state: IntentState, error: string, epoch: bigint, token = given.token): Promise<void> {
    const market = new SimulatedMarket({ ...given, token }, [offer(1n, { token })]);
    const { payload } = market.decide().intents[0] as DealIntent;
    const outbox = createOutbox({
      ...{ db: db as unknown as Kysely<RuntimeTables>, clock: manualClock(), fault: noFault },
    });
    const key = `propose:${epoch}:${token}:${error}`;
    await outbox.enqueue([{ key, subject: key, kind: "propose", payload }], epoch);
    await db
      .updateTable("intents")
      .set({ state, error, finishedEpoch: Number(epoch) })
      .where("key", "=", key)
      .execute();
  }

  /** What is thought of the market at an epoch in which the account has no deals. */
  async function assessed(epoch: bigint) {
    const chain: Partial<ChainState> = {
      parameters: async () => PARAMETERS,
      offers: async () => [offer(1n), offer(2n)],
      account: async () => ({ available: 10n ** 30n, fundedUntil: 10n ** 9n }),
      railsOf: async () => [],
      deals: async () => [],
    };
    const clock = manualClock();
    const load = createLoader({
      ...{ policy: given, account: OTHER, confirmations: 30n, chain: chain as ChainState },
      ...{ market: undefined as never, db, logger: quiet },
      outbox: createOutbox({ db: db as unknown as Kysely<RuntimeTables>, clock, fault: noFault }),
    });
    const { offers, paymentRefused } = assess(await load(epoch), given);
    return { paymentRefused, offers: offers.map(({ offerId }) => offerId) };
  }

  it("hold up proposals for a while when Filecoin Pay refused, longer each time", async () => {
    await ended("failed", REFUSED, 50_000n);
    expect(await assessed(50_019n)).to.deep.equal({ paymentRefused: REFUSED, offers: [1n, 2n] });
    expect((await assessed(50_020n)).paymentRefused).to.equal(undefined);
    for (let epoch = 50_020n; epoch < 50_040n; epoch += 5n) await ended("failed", REFUSED, epoch);
    expect((await assessed(50_035n + 16n * 20n - 1n)).paymentRefused).to.equal(REFUSED);
  });

  it("are forgotten after the time of an exclusion: neither their last counts then, nor their number", async () => {
    for (let count = 0n; count < 20n; count++) await ended("failed", REFUSED, 50_000n + count);
    await ended("failed", REFUSED, 50_019n + given.exclusion);
    expect((await assessed(50_019n + given.exclusion + 19n)).paymentRefused).to.equal(REFUSED);
    expect((await assessed(50_019n + given.exclusion + 20n)).paymentRefused).to.equal(undefined);
  });

  it("in another token hold up nothing, however the address is written", async () => {
    await ended("failed", REFUSED, 50_000n, OTHER);
    // As databases of before have it.
    const { payload } = await db.selectFrom("intents").select("payload").executeTakeFirstOrThrow();
    const { token: _, ...untold } = decodePayload<ProposePayload>(payload);
    await db
      .updateTable("intents")
      .set({ payload: encodePayload(untold) })
      .execute();
    await ended("failed", REFUSED, 50_001n, OTHER);
    expect((await assessed(50_002n)).paymentRefused).to.equal(undefined);
    await ended("failed", REFUSED, 50_000n, given.token.toUpperCase().replace("0X", "0x") as Address);
    expect((await assessed(50_001n)).paymentRefused).to.equal(REFUSED);
  });

  it("that the node caused hold up nothing: they are parked", async () => {
    await ended("parked", "internal error: too many open files", 50_000n);
    expect(await assessed(50_001n)).to.deep.equal({ paymentRefused: undefined, offers: [1n, 2n] });
  });

  it("pass over the offer that the contract refused, and none besides", async () => {
    await ended("failed", "OfferChanged(1, 1, 2)", 50_000n);
    expect(await assessed(50_001n)).to.deep.equal({ paymentRefused: undefined, offers: [2n] });
  });
});
