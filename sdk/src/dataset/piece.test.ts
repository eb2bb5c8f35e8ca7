import { expect } from "chai";
import fc from "fast-check";
import {
  decodePieceCid,
  hashPiece,
  LAYER_BYTES,
  PieceCidInvalidError,
  PieceRangeUnalignedError,
  pieceCidV1,
  pieceFrom,
  pieceFromV1,
  samplePlan,
  verifyLayer,
  verifyRange,
} from "./index.ts";

const SEED = 0x686f6c64;

function bytesOf(length: number, salt = 0): Uint8Array {
  return new Uint8Array(length).map((_, at) => (at * 31 + (at >> 8) * 7 + (at >> 16) + salt) & 0xff);
}

describe("piece CID", () => {
  // The three fixtures that FRC-0069 publishes.
  for (const [size, cid] of [
    [0, "bafkzcibcp4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy"],
    [127, "bafkzcibcaabdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy"],
    [128, "bafkzcibcpybwiktap34inmaex4wbs6cghlq5i2j2yd2bb2zndn5ep7ralzphkdy"],
  ] as const) {
    it(`is FRC-0069's for ${size} zeros`, () => {
      const piece = hashPiece(new Uint8Array(size));
      expect(piece.cid).to.equal(cid);
      expect(decodePieceCid(cid)).to.include({ payloadSize: size, commitment: piece.commitment });
    });
  }

  it("converts to v1 and back", () => {
    // The well-known commitment of a 128-byte piece of zeros.
    const piece = hashPiece(new Uint8Array(127));
    expect(pieceCidV1(piece)).to.equal("baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy");
    expect(pieceFromV1(pieceCidV1(piece), 127).cid).to.equal(piece.cid);
  });

  it("survives encoding and decoding for every height, with padding beyond the smallest tree", () => {
    const cases = fc.record({
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      height: fc.integer({ min: 2, max: 43 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ root, height, share }) => {
        const piece = pieceFrom(root, Math.floor(share * 2 ** (height - 2) * 127), height);
        expect(decodePieceCid(piece.cid)).to.deep.equal(piece);
      }),
      { seed: SEED },
    );
  });

  it("refuses other CIDs, naming why", () => {
    for (const text of [
      "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
      "baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy",
      "nonsense",
    ]) {
      expect(() => decodePieceCid(text), text).to.throw(PieceCidInvalidError);
    }
    expect(() => pieceFrom(new Uint8Array(32), 128, 2)).to.throw(PieceCidInvalidError, /padding/);
    expect(() => pieceFrom(new Uint8Array(32), 0, 44)).to.throw(PieceCidInvalidError, /height/);
  });
});

describe("piece ranges", () => {
  const bytes = bytesOf(4 * LAYER_BYTES + 1234);
  const piece = hashPiece(bytes);

  it("samples distinct aligned ranges, the same for the same seed", () => {
    const plan = samplePlan(piece, { seed: "0x01", count: 3 });
    expect(plan).to.have.length(3);
    expect(new Set(plan.map((range) => range.start)).size).to.equal(3);
    expect(samplePlan(piece, { seed: "0x01", count: 3 })).to.deep.equal(plan);
    const others = Array.from({ length: 20 }, (_, seed) =>
      samplePlan(piece, { seed: Uint8Array.of(seed), count: 1 }),
    );
    expect(new Set(others.map(([range]) => range?.start)).size).to.equal(5);
  });

  it("plans the whole piece when asked for more than there is, and every range of it verifies", () => {
    const plan = samplePlan(piece, { seed: "0x02", count: 99 });
    expect(plan.at(-1)?.end).to.equal(bytes.length);
    expect(plan.reduce((sum, range) => sum + range.end - range.start, 0)).to.equal(bytes.length);
    for (const range of plan) {
      expect(verifyRange(piece, piece.layer, range, bytes.slice(range.start, range.end))).to.equal(true);
    }
    expect(verifyRange(piece, piece.layer, { start: 0, end: bytes.length }, bytes)).to.equal(true);
  });

  it("finds one flipped bit anywhere, a short answer, and bytes of another range", () => {
    for (const range of samplePlan(piece, { seed: "0x03", count: 5 })) {
      const length = range.end - range.start;
      for (const at of [0, length >> 1, length - 1]) {
        const wrong = bytes.slice(range.start, range.end);
        wrong[at] = (wrong[at] as number) ^ 1;
        expect(verifyRange(piece, piece.layer, range, wrong), `${range.start}+${at}`).to.equal(false);
      }
      expect(verifyRange(piece, piece.layer, range, bytes.slice(range.start, range.end - 1))).to.equal(false);
    }
    const first = { start: 0, end: LAYER_BYTES };
    expect(verifyRange(piece, piece.layer, first, bytes.slice(LAYER_BYTES, 2 * LAYER_BYTES))).to.equal(false);
  });

  it("takes neither more bytes nor fewer, also where zeros would hash the same", () => {
    const zeros = hashPiece(new Uint8Array(1000));
    for (const length of [999, 1001]) {
      expect(verifyRange(zeros, zeros.layer, { start: 0, end: 1000 }, new Uint8Array(length))).to.equal(
        false,
      );
    }
  });

  it("refuses ranges that no node covers", () => {
    for (const [start, end] of [
      [1, LAYER_BYTES],
      [0, 100],
      [0, 0],
      [0, 5 * LAYER_BYTES],
      [-LAYER_BYTES, LAYER_BYTES],
    ] as const) {
      const check = () =>
        verifyRange(piece, piece.layer, { start, end }, new Uint8Array(Math.max(0, end - start)));
      expect(check, `${start}-${end}`).to.throw(PieceRangeUnalignedError);
    }
  });

  it("works for a piece smaller than one node", () => {
    const small = hashPiece(bytesOf(1000));
    const [range] = samplePlan(small, { seed: "0x", count: 1 });
    expect(range).to.deep.equal({ start: 0, end: 1000 });
    expect(verifyRange(small, small.layer, { start: 0, end: 1000 }, bytesOf(1000))).to.equal(true);
    expect(verifyRange(small, small.layer, { start: 0, end: 1000 }, bytesOf(1000, 1))).to.equal(false);
  });

  it("accepts only the layer that hashes up to the commitment", () => {
    expect(verifyLayer(piece, piece.layer)).to.equal(true);
    const wrong = piece.layer.slice();
    wrong[40] = (wrong[40] as number) ^ 1;
    expect(verifyLayer(piece, wrong)).to.equal(false);
    expect(verifyLayer(piece, piece.layer.slice(0, -32))).to.equal(false);
  });
});
