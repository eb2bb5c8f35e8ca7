import { CarReader } from "@ipld/car";
import { expect } from "chai";
import fc from "fast-check";
import { cidOf } from "../../../test/sample-spec.ts";
import { encodeCarHeader, encodeCarSection } from "../../dataset/car.ts";
import { CarBlockCorruptError, CarMalformedError } from "../../dataset/errors.ts";
import { BaseError } from "../../errors/base-error.ts";
import { hashPiece } from "../../piece-hash/piece-hasher.ts";
import { ResultMismatchError } from "../manifest/errors.ts";
import { buildResultManifest } from "../manifest/result-manifest.ts";
import { resultRoot } from "../manifest/verify-result.ts";
import { digestOf, rawCid } from "./blocks.ts";
import { cidOfDataCid, packResult, ResultCarInvalidError, readResult, verifyTaskResult } from "./index.ts";

const SEED = 0x686f6c64;
const spec = cidOf("spec");
const text = (value: string) => new TextEncoder().encode(value);

/** A task's result of one shard per record of files. */
function resultOf(shards: Record<string, string>[], task = 3) {
  const manifests = shards.map((files) =>
    buildResultManifest({
      ...{ spec, task, exitCode: 0 },
      files: Object.entries(files).map(([path, value]) => ({ path, bytes: text(value) })),
    }),
  );
  const files = shards.flatMap((shard) => Object.values(shard).map(text));
  return { manifests, files, root: resultRoot(manifests), packed: packResult({ manifests, files }) };
}

const one = resultOf([{ "outputs/a.csv": "a,1\n", "outputs/b.csv": "b,2\n", stdout: "done\n", stderr: "…" }]);
const lot = resultOf([{ "outputs/a": "1" }, { "outputs/a": "2", stdout: "" }, { "outputs/a": "1" }]);

/** A CAR of these blocks whose root is the first. */
function carOf(blocks: Uint8Array[]): Uint8Array {
  const cids = blocks.map((bytes) => rawCid(digestOf(bytes)));
  const sections = blocks.map((bytes, at) => encodeCarSection(cids[at]!, bytes));
  return new Uint8Array(Buffer.concat([encodeCarHeader(cids[0]!), ...sections]));
}

async function blocksOf(car: Uint8Array): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for await (const { bytes } of (await CarReader.fromBytes(car)).blocks()) blocks.push(bytes);
  return blocks;
}

describe("a task's result in a CAR", () => {
  it("comes out as it went in, without what no manifest names, and is what the root on chain commits to", () => {
    for (const { packed, manifests, root } of [one, lot]) {
      const read = verifyTaskResult(packed.car, { spec, task: 3, root, piece: packed.piece });
      expect(read.manifests).to.deep.equal(manifests);
      for (const { path, sha256 } of manifests.flatMap(({ files }) => files)) {
        expect(digestOf(read.files.get(sha256)!), path).to.equal(sha256);
      }
    }
    expect(
      [...readResult(one.packed.car).files.values()].map((bytes) => new TextDecoder().decode(bytes)),
    ).to.have.members(["a,1\n", "b,2\n", "done\n"]);
  });

  it("is named by its bytes, and by the piece that they make", () => {
    const { car, cid, dataCid, piece, pieceCid } = one.packed;
    expect(cid).to.equal(`${rawCid(digestOf(car))}`);
    expect(cidOfDataCid(dataCid)).to.equal(cid);
    expect(cidOfDataCid("0x")).to.equal(undefined);
    expect(hashPiece(car)).to.include({ cid: pieceCid, commitment: piece });
  });

  it("reads as a CAR of raw blocks under one root to others' readers, each block once", async () => {
    const reader = await CarReader.fromBytes(lot.packed.car);
    const blocks = await blocksOf(lot.packed.car);
    expect((await reader.getRoots()).map(String)).to.deep.equal([`${rawCid(digestOf(blocks[0]!))}`]);
    const cids = lot.manifests.map((_, at) => `${rawCid(digestOf(blocks[at === 2 ? 1 : at + 1]!))}`);
    expect(new TextDecoder().decode(blocks[0])).to.equal(JSON.stringify({ manifests: cids, v: 1 }));
    expect(blocks).to.have.length(1 + 2 + 3);
  });

  it("has the same bytes whatever order files come in", () => {
    const turned = packResult({ manifests: one.manifests, files: [...one.files].reverse() });
    expect(turned).to.deep.equal(one.packed);
  });

  it("is not packed without all its files, nor of two tasks, nor of no shard", () => {
    const without = () => packResult({ manifests: lot.manifests, files: [text("1"), text("")] });
    expect(without).to.throw(ResultCarInvalidError, '"outputs/a" of shard 1 is missing');
    const other = resultOf([{ stdout: "" }], 4).manifests;
    const mixed = () => packResult({ manifests: [...one.manifests, ...other], files: one.files });
    expect(mixed).to.throw(ResultCarInvalidError, "several tasks");
    expect(() => packResult({ manifests: [], files: [] })).to.throw(ResultCarInvalidError, "1 to 256 shards");
  });

  it("is refused with any one byte changed, cut anywhere, or with bytes behind", () => {
    const { car } = lot.packed;
    const task = { spec, task: 3, root: lot.root };
    for (let at = 0; at < car.length; at++) {
      const damaged = car.slice();
      damaged[at]! ^= 1 << (at % 8);
      expect(() => readResult(damaged), `byte ${at}`).to.throw(BaseError);
      expect(() => verifyTaskResult(car.slice(0, at), task), `cut at ${at}`).to.throw(BaseError);
    }
    expect(() => readResult(new Uint8Array([...car, 0]))).to.throw(CarMalformedError);
    const last = car.slice();
    last[car.length - 1]! ^= 1;
    expect(() => readResult(last)).to.throw(CarBlockCorruptError);
  });

  it("is refused with a file missing, a file too many, a block twice or out of place", async () => {
    const blocks = await blocksOf(one.packed.car);
    expect(carOf(blocks)).to.deep.equal(one.packed.car);
    expect(() => readResult(carOf(blocks.slice(0, -1)))).to.throw(
      ResultCarInvalidError,
      /"\S+" of shard 0 is missing/,
    );
    expect(() => readResult(carOf([...blocks, text("more")]))).to.throw(
      ResultCarInvalidError,
      "no manifest names",
    );
    expect(() => readResult(carOf([...blocks, blocks[1]!]))).to.throw(ResultCarInvalidError, "twice");
    expect(() => readResult(carOf([...blocks.slice(0, 2), ...blocks.slice(2).reverse()]))).to.throw(
      ResultCarInvalidError,
      "another order",
    );
    expect(() => readResult(carOf(blocks.slice(1)))).to.throw(ResultCarInvalidError, "lists no manifests");
    const spaced = text(new TextDecoder().decode(blocks[0]).replace(":", ": "));
    expect(() => readResult(carOf([spaced, ...blocks.slice(1)]))).to.throw(ResultCarInvalidError);
    expect(() => readResult(carOf([blocks[0]!, ...blocks.slice(2)]))).to.throw(
      ResultCarInvalidError,
      "is missing",
    );
  });

  it("is refused as another task's, another spec's, under another root or piece, with a size that is not the file's", () => {
    const { car, piece } = one.packed;
    const task = { spec, task: 3, root: one.root };
    expect(() => verifyTaskResult(car, { ...task, task: 4 })).to.throw(ResultMismatchError, "is of task 3");
    expect(() => verifyTaskResult(car, { ...task, spec: cidOf("other") })).to.throw(ResultMismatchError);
    expect(() => verifyTaskResult(car, { ...task, root: lot.root })).to.throw(
      ResultMismatchError,
      "its root is",
    );
    expect(() => verifyTaskResult(car, { ...task, piece: lot.packed.piece })).to.throw(
      ResultMismatchError,
      `its piece is ${piece}`,
    );
    const lying = one.manifests.map((manifest) => ({
      ...manifest,
      files: manifest.files.map((file) => ({ ...file, size: file.size + 1 })),
    }));
    const packed = packResult({ manifests: lying, files: one.files });
    expect(() => verifyTaskResult(packed.car, { ...task, root: resultRoot(lying) })).to.throw(
      ResultMismatchError,
      "has other bytes",
    );
  });

  it("throws nothing but errors that say what is wrong, whatever the bytes", () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 64 }), { minLength: 1, maxLength: 4 }).map(carOf);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), blocks), (bytes) => {
        expect(() => readResult(bytes)).to.throw(BaseError);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
