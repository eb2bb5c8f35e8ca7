import { spawnSync } from "node:child_process";
import { createContext, runInContext } from "node:vm";
import { expect } from "chai";
import { build } from "esbuild";
import fc from "fast-check";
import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import { bytesOf } from "../../../test/support/trees.ts";
import { createPieceHasher, hashPiece, hashPieceStream, LAYER_BYTES } from "./index.ts";

const SEED = 0x686f6c64;
const MIB = 1 << 20;

const random = bytesOf(10 * MIB + 1);

const reference = create();
/** What the reference package makes of the same bytes in one stroke. */
function referenceOf(bytes: Uint8Array) {
  reference.reset();
  reference.write(bytes);
  const digest = new Uint8Array(reference.digestByteLength());
  reference.digestInto(digest, 0, false);
  const commitment = `0x${Buffer.from(digest.subarray(-32)).toString("hex")}`;
  return { height: digest.at(-33), commitment, payloadSize: bytes.length };
}

describe("piece hash", () => {
  it("has a kernel that is what its source compiles to, byte for byte", () => {
    const { status, stderr } = spawnSync(process.execPath, [
      "scripts/codegen/piece-hash-kernel.ts",
      "--check",
    ]);
    expect(status, `${stderr}`).to.equal(0);
  });

  const sizes = [0, 1, 64, 65, 126, 127, 128, 129, 254, 255, 381, 508, 509, 1000, 1016, 1017, 65_536];
  const aroundParts = [1, 2, 4].flatMap((parts) => [-1, 0, 1].map((by) => parts * LAYER_BYTES + by));
  for (const size of [...sizes, ...aroundParts, MIB, MIB + 1, 10 * MIB, 10 * MIB + 1]) {
    it(`of ${size} bytes is the reference package's`, () => {
      const bytes = random.subarray(0, size);
      expect(hashPiece(bytes)).to.include(referenceOf(bytes));
    });
  }

  it("of 400 random sizes at random places is the reference package's", () => {
    const sizeAndPlace = fc
      .double({ min: 0, max: 21, noNaN: true })
      .map((bits) => Math.floor(2 ** bits))
      .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: random.length - size })));
    fc.assert(
      fc.property(sizeAndPlace, ([size, place]) => {
        const bytes = random.subarray(place, place + size);
        expect(hashPiece(bytes)).to.include(referenceOf(bytes));
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it("keeps every bit of the payload, whatever lies beside it", () => {
    for (const fill of [0x00, 0x55, 0xaa, 0xff]) {
      const bytes = new Uint8Array(1016).fill(fill);
      hashPiece(random.subarray(0, LAYER_BYTES)); // leaves other bytes in the kernel's memory
      expect(hashPiece(bytes)).to.include(referenceOf(bytes));
      for (let bit = 0; bit < 8 * bytes.length; bit += 61) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(hashPiece(flipped)).to.include(referenceOf(flipped));
      }
    }
  });

  it("does not depend on how the bytes arrive, nor on other hashers at work", () => {
    const cuts = fc.array(fc.integer({ min: 0, max: LAYER_BYTES + 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * LAYER_BYTES }), cuts, (size, lengths) => {
        const bytes = random.subarray(1, 1 + size);
        const [hasher, other] = [createPieceHasher(), createPieceHasher()];
        let at = 0;
        for (const length of lengths) {
          hasher.write(bytes.subarray(at, at + length));
          other.write(random.subarray(0, length));
          at = Math.min(size, at + length);
        }
        hasher.write(bytes.subarray(at));
        other.digest();
        expect(hasher.digest()).to.deep.equal(hashPiece(bytes));
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it("takes a stream", async () => {
    const body = new Blob([random.subarray(0, 3 * MIB)]).stream();
    expect(await hashPieceStream(body)).to.deep.equal(hashPiece(random.subarray(0, 3 * MIB)));
  });

  it("works in a browser, which has no Node", async () => {
    const { outputFiles } = await build({
      stdin: { contents: 'export * from "./index.ts"', resolveDir: import.meta.dirname },
      ...{ bundle: true, platform: "browser", format: "iife", globalName: "bundle", write: false },
    });
    const browser = createContext({ atob, TextEncoder, TextDecoder, bytes: random.subarray(0, MIB + 1) });
    const commitment = runInContext(`${outputFiles[0]?.text}; bundle.hashPiece(bytes).commitment`, browser);
    expect(commitment).to.equal(hashPiece(random.subarray(0, MIB + 1)).commitment);
  });

  it("takes no bytes after its digest", () => {
    const hasher = createPieceHasher();
    hasher.digest();
    expect(() => hasher.write(new Uint8Array(1))).to.throw(/another one/);
  });
});
