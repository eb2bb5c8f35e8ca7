import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { lotProof, lotRoot, verifyLotProof } from "./lot-tree.ts";

const digest = (of: number): Hex => `0x${createHash("sha256").update(`${of}`).digest("hex")}`;
const digests = (count: number) => Array.from({ length: count }, (_, index) => digest(index));

/** The tree by hand: RFC 9162, with the leaves that docs/compute-spec.md names. */
function byHand(hashes: Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0] as Buffer;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hash(Buffer.of(1), byHand(hashes.slice(0, split)), byHand(hashes.slice(split)));
}
const hash = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (of: Hex, shard: number, shards: number) =>
  hash(Buffer.of(0, shards >> 8, shards & 255, shard >> 8, shard & 255), Buffer.from(of.slice(2), "hex"));

describe("lotRoot", function () {
  this.timeout(10_000);

  it("is the tree that the documents describe, for every size", () => {
    for (let count = 2; count <= 256; count++) {
      const leaves = digests(count).map((of, shard) => leaf(of, shard, count));
      expect(lotRoot(digests(count)), `${count}`).to.equal(`0x${byHand(leaves).toString("hex")}`);
    }
  });

  it("keeps roots that are on chain: these must never change", () => {
    expect([2, 3, 256].map((count) => lotRoot(digests(count)))).to.deep.equal(GOLDEN);
  });

  it("differs for another order, another digest, another number of shards", () => {
    const three = digests(3);
    const [a, b, c] = three as [Hex, Hex, Hex];
    const roots = [three, [b, a, c], [a, c, b], [a, b], [a, b, c, c], [a, b, b], [a, b, digest(9)]].map(
      lotRoot,
    );
    expect(new Set(roots).size).to.equal(roots.length);
  });

  it("refuses lots that are none", () => {
    for (const count of [0, 1, 257]) expect(() => lotRoot(digests(count))).to.throw(RangeError);
    expect(() => lotRoot(["0x12", digest(1)])).to.throw(RangeError);
  });
});

describe("verifyLotProof", function () {
  this.timeout(20_000);

  it("holds for every shard of every lot, and for no other digest, place or root", () => {
    const lot = fc
      .integer({ min: 2, max: 256 })
      .chain((count) => fc.tuple(fc.constant(count), fc.nat(count - 1)));
    fc.assert(
      fc.property(lot, ([count, shard]) => {
        const all = digests(count);
        const root = lotRoot(all);
        const proof = lotProof(all, shard);
        expect(proof.siblings.length).to.be.at.most(8);
        expect(verifyLotProof(root, digest(shard), proof)).to.equal(true);
        expect(verifyLotProof(root, digest(999), proof)).to.equal(false);
        expect(verifyLotProof(digest(0), digest(shard), proof)).to.equal(false);
        for (const other of [0, shard - 1, shard + 1, count - 1, count, -1, 0.5]) {
          if (other === shard) continue;
          expect(verifyLotProof(root, digest(shard), { ...proof, shard: other })).to.equal(false);
        }
        for (const shards of [count - 1, count + 1, 1, 257, Number.NaN]) {
          expect(verifyLotProof(root, digest(shard), { ...proof, shards })).to.equal(false);
        }
        const { siblings } = proof;
        for (const changed of [
          siblings.slice(1),
          [...siblings, digest(1)],
          siblings.map(() => digest(7)),
          ["0x"],
        ]) {
          expect(verifyLotProof(root, digest(shard), { ...proof, siblings: changed as Hex[] })).to.equal(
            false,
          );
        }
      }),
      { seed: 5 },
    );
  });

  it("takes no inner node for a shard", () => {
    const all = digests(4);
    const [inner] = lotProof(all, 0).siblings.slice(-1) as [Hex];
    const [other] = lotProof(all, 3).siblings.slice(-1) as [Hex];
    const forged = { shard: 1, shards: 2, siblings: [other] };
    expect(verifyLotProof(lotRoot(all), inner, forged)).to.equal(false);
  });

  it("cannot be asked for a shard that is not there", () => {
    for (const shard of [-1, 3, 0.5]) expect(() => lotProof(digests(3), shard)).to.throw(RangeError);
  });
});

const GOLDEN: Hex[] = [
  "0x03fde3c0c6ace1406c38cc666b0d74359f6c7d58b905f21dd8a2154b12bcfe9c",
  "0x7e58e879b1019c86653e94ce6a975bb6e1fe607431f08c3153e0424cee94084f",
  "0xf1a6697cb08fe2301cd08f5530d52c6b72b2aa4d9ad8f12f7b4be37044d518ac",
];
