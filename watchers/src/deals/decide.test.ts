import { expect } from "chai";
import fc from "fast-check";
import {
  type Behaviour,
  offer,
  PARAMETERS,
  piece,
  policy,
  SimulatedMarket,
} from "../../test/simulated-market.ts";
import type { History } from "../runtime/outbox.ts";
import type { DealIntent, Offer, Policy } from "./state.ts";

type PayloadOf<Kind extends DealIntent["kind"]> = Extract<DealIntent, { kind: Kind }>["payload"];

describe("decide", () => {
  const DAY = 2880n;
  const three = () => [offer(1n), offer(2n), offer(3n)];
  const of = <Kind extends DealIntent["kind"]>(intents: readonly DealIntent[], kind: Kind) =>
    intents.filter((intent) => intent.kind === kind).map(({ payload }) => payload as PayloadOf<Kind>);
  const proposedTo = (market: SimulatedMarket) =>
    of(
      market.log.map(({ intent }) => intent),
      "propose",
    ).map(({ provider }) => provider);

  describe("proposing", () => {
    it("takes the cheapest offers, one provider a copy", () => {
      const market = new SimulatedMarket(policy(), [offer(3n), offer(1n), offer(2n)]);
      market.step();
      expect(proposedTo(market)).to.deep.equal([1001n, 1002n]);
    });

    it("covers many pieces with as few deals as there are providers, 32 pieces each at most", () => {
      const pieces = Array.from({ length: 40 }, (_, index) => piece(index + 1));
      const market = new SimulatedMarket(policy({ pieces }), three());
      const sizes = of(market.step().intents, "propose").map((proposed) => proposed.pieces.length);
      expect(sizes).to.deep.equal([32, 8, 32, 8]);
    });

    const REFUSED: Record<string, [Partial<Offer>, Partial<Policy>?]> = {
      "above the price cap": [{ ratePerTib: 10n ** 15n + 1n }],
      "with too small a bond": [{ bondPerTib: 9n }, { minBondPerTib: 10n }],
      "that is paused": [{ paused: true }],
      "that has expired": [{ expiry: 99_999n }],
      "in another token": [{ token: "0x00000000000000000000000000000000000000bb" }],
      "for shorter deals": [{ maxDuration: 518_399n }],
      "for longer deals": [{ minDuration: 518_401n }],
      "for larger pieces": [{ minPieceSize: 1n << 36n }],
      "for smaller pieces": [{ maxPieceSize: 1n << 34n }],
      "without room": [{ freeBytes: (1n << 35n) - 1n }],
      "without free bond": [{ freeBond: ((10n ** 18n) >> 5n) - 1n }],
      "with all proposals open": [{ openProposals: 64n }],
      "below the contract's least rate": [{ ratePerTib: 20_000n * 32n - 32n }],
      "of a provider on the deny list": [{}, { deny: [1001n] }],
      "of a provider that is not on the allow list": [{}, { allow: [1002n] }],
      "from another region": [{ region: "BR" }, { regions: ["CH"] }],
    };
    for (const [what, [change, rule]] of Object.entries(REFUSED)) {
      it(`takes no offer ${what}, and says that none fits`, () => {
        const given = policy({ copies: 1, ...rule });
        const accepted = new SimulatedMarket(policy({ copies: 1 }), [offer(1n)]).decide();
        expect(of(accepted.intents, "propose")).to.have.length(1);
        const { intents, alerts } = new SimulatedMarket(given, [offer(1n, change)]).decide();
        expect(intents).to.deep.equal([]);
        expect(alerts.map(({ kind }) => kind)).to.deep.equal(["no-offer"]);
      });
    }

    it("gives no second copy to another provider of the same owner", () => {
      const market = new SimulatedMarket(policy(), [offer(1n), offer(2n, { owner: 2001n }), offer(3n)]);
      market.step();
      expect(proposedTo(market)).to.deep.equal([1001n, 1003n]);
    });

    it("proposes nothing behind a proposal of before, and the same again only after a while", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), three());
      const [first] = market.decide().intents as [DealIntent];
      const past = { attempts: 1, failures: 0, open: false, error: undefined };
      for (const [slot, ahead] of [["9", 1n] as const, ["0", 0n] as const, ["0", -100n] as const]) {
        const done = { ...past, finishedEpoch: market.state.epoch + ahead };
        market.state.history = new Map([[first.subject.replace(/\d+$/, slot), done]]) as Map<string, History>;
        expect(of(market.decide().intents, "propose")).to.have.length(ahead < 0n ? 1 : 0);
      }
    });

    it("proposes nothing that the account cannot lock, and says what it needs", () => {
      const market = new SimulatedMarket(policy(), three());
      market.state.account.available = 1n;
      const { intents, alerts } = market.decide();
      expect(intents).to.deep.equal([]);
      expect(alerts[0]?.kind).to.equal("funds");
      expect(alerts[0]?.message).to.match(/needs \d+, free are 1/);
    });

    it("proposes no more deals at once than the account can lock together", () => {
      const market = new SimulatedMarket(policy({ copies: 3 }), three());
      const rate = (ratePerTib: bigint) => ratePerTib >> 5n;
      const spans = 86_400n + 20_160n + 20_160n + 2880n;
      market.state.account.available = (rate(10n ** 12n) + rate(2n * 10n ** 12n)) * spans;
      const { intents, alerts } = market.decide();
      expect(of(intents, "propose").map(({ provider }) => provider)).to.deep.equal([1001n, 1002n]);
      expect(alerts.map(({ kind }) => kind)).to.deep.equal(["funds"]);
    });

    it("counts a proposal that is still under way as a copy", () => {
      const market = new SimulatedMarket(policy(), three());
      const { intents } = market.decide();
      (market.state as { open: unknown }).open = intents;
      expect(of(market.decide().intents, "propose")).to.deep.equal([]);
    });

    it("goes to the next offer when the contract refuses the first, and waits when Pay refuses the client", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), three());
      const refused = (error: string) => [{ offerId: 1n, epoch: market.epoch, error }];
      (market.state as { failedProposals: unknown }).failedProposals = refused("OfferChanged(1, 1, 2)");
      expect(of(market.decide().intents, "propose")[0]?.provider).to.equal(1002n);
      (market.state as { failedProposals: unknown }).failedProposals = refused(
        "OperatorNotApproved(0x1, 0x2)",
      );
      expect(market.decide().intents).to.deep.equal([]);
      expect(market.decide().alerts[0]?.kind).to.equal("payment-refused");
      market.epoch += 21n;
      expect(of(market.decide().intents, "propose")[0]?.provider).to.equal(1001n);
    });
  });

  describe("after a failure", () => {
    const FAILURES: Record<string, [Behaviour, bigint]> = {
      "a refusal": [{ kind: "refuses" }, 60n],
      silence: [{ kind: "silent" }, 2880n + 60n],
      "a failed sealing": [{ kind: "fails-sealing" }, 60n],
      "a claim that the chain does not bear out": [{ kind: "claims" }, 2880n + 60n],
      "an expired proposal": [{ kind: "never-seals" }, 20_160n + 60n],
      "a dead sector": [{ kind: "dead", at: 100_100n }, 200n],
      "a fault that lasts": [{ kind: "faulty", at: 100_100n }, 100n + 8640n + 100n],
    };
    for (const [what, [behaviour, within]] of Object.entries(FAILURES)) {
      it(`goes to the next-best offer after ${what}, and to the same provider no more for a while`, () => {
        const market = new SimulatedMarket(policy({ copies: 1 }), three(), new Map([[1001n, behaviour]]));
        market.runUntil(100_000n + within);
        expect(proposedTo(market)).to.deep.equal([1001n, 1002n]);
        market.runUntil(100_000n + within + 15_000n);
        expect(proposedTo(market)).to.deep.equal([1001n, 1002n]);
      });
    }

    it("does not go above the price cap for a replacement, and says so", () => {
      const dear = offer(2n, { ratePerTib: 10n ** 15n + 1n });
      const market = new SimulatedMarket(
        policy({ copies: 1 }),
        [offer(1n), dear],
        new Map([[1001n, { kind: "refuses" }]]),
      );
      market.runUntil(100_400n);
      expect(proposedTo(market)).to.deep.equal([1001n]);
      expect(market.decide().alerts.map(({ kind }) => kind)).to.include("no-offer");
    });

    it("passes a provider over for new deals when samples of it failed, and leaves its deals alone", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), three());
      market.runUntil(100_200n);
      Object.assign(market.copies()[0]?.copy as object, { sampleFailures: [market.epoch] });
      expect(market.decide().intents).to.deep.equal([]);
      const more = new SimulatedMarket({ ...market.policy, pieces: [piece(1), piece(2)] }, three());
      (more.state as { deals: unknown }).deals = market.state.deals;
      more.epoch = market.epoch;
      expect(of(more.decide().intents, "propose")[0]?.provider).to.equal(1002n);
    });

    it("tries an excluded provider again in time, later after every failure", () => {
      const market = new SimulatedMarket(
        policy({ copies: 1 }),
        [offer(1n)],
        new Map([[1001n, { kind: "refuses" }]]),
      );
      market.runUntil(100_000n + 20_160n * 8n);
      const at = market.log.filter(({ intent }) => intent.kind === "propose").map(({ epoch }) => epoch);
      const gaps = at.slice(1).map((epoch, index) => epoch - (at[index] as bigint));
      expect(gaps.length).to.be.at.least(2);
      for (const [index, gap] of gaps.entries()) expect(gap >= 20_160n * 2n ** BigInt(index)).to.equal(true);
    });
  });

  describe("keeping evidence", () => {
    it("refreshes before 0.8 W, all sectors of a miner in one call", () => {
      const pieces = Array.from({ length: 5 }, (_, index) => piece(index + 1));
      const market = new SimulatedMarket(policy({ copies: 1, pieces }), [offer(1n)]);
      const limit = (PARAMETERS.freshness * 4n) / 5n;
      while (market.epoch < 100_000n + 30n * DAY) {
        market.step();
        for (const { copy } of market.copies()) {
          if (copy.evidence !== undefined)
            expect(market.epoch - copy.evidence.provenUntil <= limit).to.equal(true);
        }
      }
      const refreshes = of(
        market.log.map(({ intent }) => intent),
        "refresh",
      );
      expect(refreshes.length).to.be.within(18, 21);
      expect(refreshes.every(({ sectors }) => sectors.length === 5)).to.equal(true);
    });

    it("reports a fault at once, again within CHAIN_GAP, and at the grace, which fails it", () => {
      const market = new SimulatedMarket(
        policy({ copies: 1 }),
        [offer(1n)],
        new Map([[1001n, { kind: "faulty", at: 101_000n }]]),
      );
      market.runUntil(101_000n + 8640n + 200n);
      const at = market.log.filter(({ intent }) => intent.kind === "report").map(({ epoch }) => epoch);
      expect(at[0]).to.equal(101_000n);
      expect(at.at(-1)).to.equal(101_000n + 8640n);
      for (const [index, epoch] of at.slice(1).entries())
        expect(epoch - (at[index] as bigint) < 2880n).to.equal(true);
      expect(market.copies()[0]?.copy.stored).to.equal("Failed");
    });

    it("refreshes a sector that recovered at once", () => {
      const market = new SimulatedMarket(
        policy({ copies: 1 }),
        [offer(1n)],
        new Map([[1001n, { kind: "faulty", at: 101_000n }]]),
      );
      market.runUntil(102_000n);
      market.behaviours.set(1001n, { kind: "good" });
      expect(of(market.step().intents, "refresh")).to.have.length(1);
      expect(market.step().intents).to.deep.equal([]);
    });
  });

  describe("to the end", () => {
    it("is idle while all is well: nothing but refreshes, settlements and samples", () => {
      const market = new SimulatedMarket(policy(), three());
      market.runUntil(100_200n);
      const before = market.log.length;
      market.runUntil(100_000n + 300_000n, 200n);
      const kinds = new Set(market.log.slice(before).map(({ intent }) => intent.kind));
      expect([...kinds].sort()).to.deep.equal(["poke", "refresh", "sample", "settle"]);
      expect(market.log.filter(({ intent }) => intent.kind === "poke")).to.have.length(2);
    });

    it("replaces copies before their term ends, when the sectors do not reach further", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), three());
      market.runUntil(100_000n + 20_160n + 518_400n, 200n);
      const at = market.log.filter(({ intent }) => intent.kind === "propose").map(({ epoch }) => epoch);
      expect(proposedTo(market)).to.deep.equal([1001n, 1002n]);
      const end = 100_000n + 20_160n + 518_400n;
      expect((at[1] as bigint) >= end - 40_320n && (at[1] as bigint) < end - 40_000n).to.equal(true);
    });

    it("extends instead when the sectors reach further and the price is no higher", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), [offer(1n)]);
      market.runUntil(100_200n);
      const [deal] = market.state.deals;
      const end = deal?.endEpoch as bigint;
      market.epoch = end - 80_000n;
      const copy = deal?.copies[0];
      Object.assign(copy?.evidence as object, { provenUntil: market.epoch });
      const looked = { status: "Active" as const, location: "0x820000" as const, expiration: end + 100_000n };
      (copy as { look: unknown }).look = looked;
      const extensions = () => of(market.decide().intents, "extend");
      expect(extensions()).to.deep.equal([{ dealId: 1n, newEnd: end + 100_000n, locations: ["0x820000"] }]);
      (market.state.offers[0] as Offer).ratePerTib += 1n;
      expect(extensions()).to.deep.equal([]);
    });

    it("settles a deal that is over once, as soon as its tail is proven or W has passed", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), [offer(1n)]);
      market.runUntil(100_200n);
      const [deal] = market.state.deals;
      const [copy] = deal?.copies ?? [];
      const railEnd = 200_000n;
      Object.assign(deal as object, {
        departure: "Client",
        railEnd,
        settledUpTo: railEnd - 1n,
        period: 86_400n,
      });
      Object.assign(copy as object, { stored: "Completed", current: "Completed", close: railEnd });
      const settles = (epoch: bigint, provenUntil: bigint) => {
        Object.assign(copy?.evidence as object, { provenUntil });
        market.epoch = epoch;
        return of(market.decide().intents, "settle").length;
      };
      expect(settles(railEnd + 1n, railEnd - 1n)).to.equal(0);
      expect(settles(railEnd + 1n, railEnd)).to.equal(1);
      expect(settles(railEnd + 5759n, railEnd - 1n)).to.equal(0);
      expect(settles(railEnd + 5760n, railEnd - 1n)).to.equal(1);
      Object.assign(deal as object, { settledUpTo: undefined });
      expect(settles(railEnd + 5761n, railEnd - 1n)).to.equal(0);
    });

    it("repeats nothing that is under way, and what failed only after a while that grows", () => {
      const market = new SimulatedMarket(policy({ copies: 1 }), [offer(1n)]);
      market.runUntil(100_000n + 4540n);
      market.epoch += 100n;
      const [refresh] = market.decide().intents.filter(({ kind }) => kind === "refresh");
      const history = market.state.history as Map<string, History>;
      const keyGiven = (past: Partial<History>, after: bigint) => {
        const epoch = market.epoch;
        const known = { attempts: 2, failures: 2, open: false, finishedEpoch: epoch, error: "no" };
        history.set(refresh?.subject as string, { ...known, ...past });
        market.epoch += after;
        const key = market.decide().intents.find(({ kind }) => kind === "refresh")?.key;
        market.epoch = epoch;
        return key;
      };
      expect(keyGiven({ open: true }, 1000n)).to.equal(undefined);
      expect(keyGiven({}, 79n)).to.equal(undefined);
      expect(keyGiven({}, 80n)).to.equal(`${refresh?.subject}:3`);
      expect(keyGiven({ failures: 0 }, 20n)).to.equal(`${refresh?.subject}:3`);
    });

    it("renews nothing past the epoch up to which it should be kept", () => {
      const keepUntil = 100_000n + 20_160n + 518_400n;
      const market = new SimulatedMarket(policy({ copies: 1, keepUntil }), three());
      market.runUntil(keepUntil + 10_000n, 400n);
      expect(proposedTo(market)).to.deep.equal([1001n]);
      expect(market.copies()[0]?.copy.stored).to.equal("Completed");
    });

    it("warns of an account that runs dry, while there is something to lose", () => {
      const market = new SimulatedMarket(policy({ minRunway: 1000n }), three());
      market.runUntil(100_200n);
      market.state.account.fundedUntil = market.epoch + 999n;
      expect(market.decide().alerts.map(({ kind }) => kind)).to.deep.equal(["runway"]);
    });
  });

  it("keeps its promises in every market", function () {
    this.timeout(60_000);
    const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
      fc.constant<Behaviour>({ kind: "good" }),
      fc.constantFrom<Behaviour>(
        ...(["refuses", "silent", "never-seals", "claims", "fails-sealing"] as const).map((kind) => ({
          kind,
        })),
      ),
      fc.record({
        kind: fc.constantFrom("faulty" as const, "dead" as const),
        at: fc.bigInt(100_000n, 140_000n),
      }),
    );
    const providers = fc.array(
      fc.record({ rate: fc.bigInt(1n, 30n), owner: fc.bigInt(1n, 6n), bytes: fc.bigInt(0n, 8n), behaviour }),
      { maxLength: 8 },
    );
    const wants = fc.record({
      pieces: fc.integer({ min: 1, max: 5 }),
      copies: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(wants, providers, ({ pieces, copies }, given) => {
        const cap = 20n * 10n ** 12n;
        const offers = given.map(({ rate, owner, bytes }, index) =>
          offer(BigInt(index) + 1n, { ratePerTib: rate * 10n ** 12n, owner, freeBytes: bytes << 35n }),
        );
        const behaviours = new Map(given.map((one, index) => [1001n + BigInt(index), one.behaviour]));
        const rule = policy({
          pieces: Array.from({ length: pieces }, (_, index) => piece(index + 1)),
          ...{ copies, maxRatePerTib: cap, exclusion: 10n ** 9n },
        });
        const market = new SimulatedMarket(rule, offers, behaviours);
        let quiet = 0;
        // The last fault comes at 140,000; seven in a row that never seal take their windows one after another.
        while (market.epoch < 340_000n) {
          const { intents } = market.step(400n);
          quiet = of(intents, "propose").length === 0 ? quiet + 1 : 0;
          const held = new Map<string, Set<bigint>>();
          for (const { deal, copy } of market.copies()) {
            if (/Expired|Failed|Completed/.test(copy.current)) continue;
            const holders = held.get(copy.commitment) ?? new Set();
            // Never two copies of a piece on one provider.
            expect(holders.has(deal.provider)).to.equal(false);
            held.set(copy.commitment, holders.add(deal.provider));
          }
          for (const proposed of of(intents, "propose")) {
            const taken = offers.find(({ offerId }) => offerId === proposed.offerId) as Offer;
            expect(taken.ratePerTib <= cap).to.equal(true);
            const size = proposed.pieces.reduce((sum, { paddedSize }) => sum + paddedSize, 0n);
            expect(size <= taken.freeBytes).to.equal(true);
          }
        }
        // When providers have shown what they are, nothing is proposed any more.
        expect(quiet).to.be.at.least(50);
        // No piece has more copies than wanted, of those that stay.
        for (const { commitment } of rule.pieces) {
          const active = market
            .copies()
            .filter(({ copy }) => copy.commitment === commitment && copy.current === "Active");
          expect(active.length).to.be.at.most(copies);
          expect(new Set(active.map(({ deal }) => deal.owner)).size).to.equal(active.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
