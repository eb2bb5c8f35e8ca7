import { expect } from "chai";
import fc from "fast-check";
import type { Address } from "viem";
import { type Piece, pieceFrom } from "../dataset/piece-cid.ts";
import type { ListedOffer } from "../providers/list-offers.ts";
import { chooseOffers, type OfferPolicy } from "./choose-offers.ts";

const TOKEN: Address = `0x${"11".repeat(20)}`;
const TIB = 1n << 40n;
const PARAMETERS = { minRate: 20_000n, maxPieces: 32n };
const EPOCH = 1_000n;

const pieceOf = (index: number, height = 25) =>
  pieceFrom(`0x${index.toString(16).padStart(64, "0")}`, 2 ** (height + 4), height);
const PIECES = [pieceOf(1), pieceOf(2)];

function offer(
  offerId: number,
  change: Omit<Partial<ListedOffer>, "terms"> & { terms?: Partial<ListedOffer["terms"]> } = {},
): ListedOffer {
  return {
    ...{
      offerId: BigInt(offerId),
      provider: 1_000n + BigInt(offerId),
      owner: 100n + BigInt(offerId),
      version: 1,
    },
    ...{ paused: false, reservedBytes: 0n, freeBond: 10n ** 21n, openProposals: 0n, ...change },
    terms: {
      ...{ token: TOKEN, ratePerTib: 10n ** 12n * BigInt(offerId), bondPerTib: 10n ** 20n },
      ...{ minPieceSize: 128n, maxPieceSize: 1n << 35n, minDuration: 100n, maxDuration: 10_000n },
      ...{ capacity: TIB, expiry: 2_000n, notice: 60, exitFeeEpochs: 30, reservationFeeEpochs: 10 },
      ...{ exitBps: 2_500, maxOpenProposals: 4, endpoint: "https://provider.example", region: "CH" },
      ...change.terms,
    },
  };
}

const policy = (change: Partial<OfferPolicy> = {}): OfferPolicy => ({
  ...{ copies: 2, token: TOKEN, duration: 1_000n, sealingWindow: 50n },
  ...change,
});

const choose = (offers: ListedOffer[], change: Partial<OfferPolicy> = {}, pieces: Piece[] = PIECES) =>
  chooseOffers({ offers, pieces, policy: policy(change), epoch: EPOCH, parameters: PARAMETERS });

const ids = ({ deals }: ReturnType<typeof choose>) => deals.map(({ offer }) => Number(offer.offerId));

describe("choosing offers", () => {
  it("takes the cheapest, a copy each", () => {
    const choice = choose([offer(3), offer(1), offer(2)]);
    expect(ids(choice)).to.deep.equal([1, 2]);
    expect(choice.missing).to.be.empty;
    expect(choice.passedOver.map(({ offerId, why }) => [Number(offerId), why])).to.deep.equal([
      [3, "every piece has its copies"],
    ]);
  });

  it("never gives two copies to one owner, or to two offers of one provider", () => {
    const choice = choose([offer(1), offer(2, { owner: 101n }), offer(3, { provider: 1_001n }), offer(4)]);
    expect(ids(choice)).to.deep.equal([1, 4]);
    expect(choice.passedOver.map(({ why }) => why)).to.deep.equal([
      ...["its owner keeps a copy already", "its provider has a cheaper offer"],
    ]);
  });

  for (const [why, change, wanted] of [
    ["it is paused", { paused: true }, {}],
    ["it expired at epoch 999", { terms: { expiry: 999n } }, {}],
    ["its provider is excluded", {}, { exclude: [1_001n] }],
    ["it is in another token", { terms: { token: `0x${"22".repeat(20)}` } }, {}],
    ["it is dearer than the cap", {}, { maxRatePerTib: 10n ** 12n - 1n }],
    ["its bond is smaller than wanted", {}, { minBondPerTib: 10n ** 20n + 1n }],
    ["it is in CH", {}, { regions: ["SG"] }],
    ["it takes durations of 100 to 10000 epochs", {}, { duration: 99n }],
    ["it takes pieces of 128 to 1024 bytes", { terms: { maxPieceSize: 1_024n } }, {}],
    ["its rate is too low for pieces this small", { terms: { ratePerTib: 1n } }, {}],
    ["its capacity is used up", { reservedBytes: TIB - 1n }, {}],
    ["its provider has too little free bond", { freeBond: 1n }, {}],
    ["the client has as many proposals open there as it allows", { openProposals: 4n }, {}],
  ] as [string, Parameters<typeof offer>[1], Partial<OfferPolicy>][]) {
    it(`passes over an offer because ${why}, and says so`, () => {
      const choice = choose([offer(1, change)], { copies: 1, ...wanted });
      expect(choice.deals).to.be.empty;
      expect(choice.passedOver).to.deep.equal([{ offerId: 1n, provider: 1_001n, why }]);
      expect(choice.missing.map(({ copies }) => copies)).to.deep.equal([1, 1]);
    });
  }

  it("splits many pieces over deals", () => {
    const pieces = Array.from({ length: 70 }, (_, index) => pieceOf(index + 1));
    const choice = choose([offer(1)], { copies: 1 }, pieces);
    expect(choice.deals.map(({ pieces }) => pieces.length)).to.deep.equal([32, 32, 6]);
  });

  it("never takes more of an offer or a provider than there is, whatever they are", () => {
    // Owner and free bond are the provider's, the same at all its offers.
    const bonds = fc.array(fc.bigInt(0n, 10n ** 18n), { minLength: 5, maxLength: 5 });
    const offers = bonds.chain((bonds) =>
      fc.array(
        fc
          .record({
            provider: fc.nat(4),
            reservedBytes: fc.bigInt(0n, TIB),
            openProposals: fc.bigInt(0n, 4n),
          })
          .map(({ provider, ...rest }) => ({
            ...{
              ...rest,
              provider: BigInt(provider),
              owner: BigInt(provider % 3),
              freeBond: bonds[provider]!,
            },
          })),
        { maxLength: 8 },
      ),
    );
    fc.assert(
      fc.property(
        offers,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (changes, copies, count) => {
          const pieces = Array.from({ length: count }, (_, index) => pieceOf(index + 1, 20 + (index % 8)));
          const listed = changes.map((change, index) => offer(index + 1, change));
          const { deals, missing } = choose(listed, { copies }, pieces);
          for (const piece of pieces) {
            const kept = deals.filter((deal) => deal.pieces.includes(piece)).map(({ offer }) => offer);
            expect(new Set(kept.map(({ provider }) => provider)).size).to.equal(kept.length);
            expect(new Set(kept.map(({ owner }) => owner)).size).to.equal(kept.length);
            const lacking = missing.find((one) => one.piece === piece)?.copies ?? 0;
            expect(kept.length + lacking).to.equal(copies);
          }
          for (const one of listed) {
            const own = deals.filter(({ offer }) => offer === one);
            const bytes = own
              .flatMap((deal) => deal.pieces)
              .reduce((sum, { paddedSize }) => sum + BigInt(paddedSize), 0n);
            expect(bytes <= one.terms.capacity - one.reservedBytes).to.equal(true);
            const bond = own.reduce((sum, { quote }) => sum + quote.bond, 0n);
            expect(bond <= one.freeBond).to.equal(true);
            expect(BigInt(own.length) + one.openProposals <= 4n).to.equal(true);
          }
        },
      ),
      { seed: 20_261_125, numRuns: 300 },
    );
  });
});
