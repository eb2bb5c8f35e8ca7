import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CarIndexer } from "@ipld/car/indexer";
import { expect } from "chai";
import { bytesOf, readTree, rejection, sample, writeTree } from "../../../test/support/trees.ts";
import { hashPiece, verifyCar as verifyStream } from "../dataset/index.ts";
import { packDataset, readDataset, verifyCar } from "./index.ts";

describe("a packed dataset", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "holdfast-dataset-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const pack = (source: string, out: string, maxPieceSize = 2 ** 30) =>
    packDataset(join(dir, source), { outDir: join(dir, out), maxPieceSize });
  const cars = (packed: { pieces: { carPath: string }[] }) => packed.pieces.map((piece) => piece.carPath);

  describe("verifying a CAR", () => {
    it("accepts a sound CAR, and only as the piece that it is", async () => {
      await writeTree(join(dir, "in"), sample);
      const [piece] = (await pack("in", "cars")).pieces;
      if (piece === undefined) throw new Error("no piece");
      expect(await verifyCar(piece.carPath, piece.cid)).to.include({ cid: piece.cid, blocks: piece.blocks });
      const error = await rejection(verifyCar(piece.carPath, hashPiece(bytesOf(65)).cid));
      expect(error).to.include({ name: "PieceMismatchError", actual: piece.cid });
    });

    it("says which block is damaged", async () => {
      await writeTree(join(dir, "in"), { a: bytesOf(5000, 1), b: bytesOf(5000, 2) });
      const [piece] = (await pack("in", "cars")).pieces;
      const bytes = await readFile(piece?.carPath as string);
      const blocks = [];
      for await (const block of await CarIndexer.fromBytes(bytes)) blocks.push(block);
      for (const { cid, blockOffset, blockLength } of blocks) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(
          damaged.readUInt8(blockOffset + blockLength - 1) ^ 1,
          blockOffset + blockLength - 1,
        );
        await writeFile(join(dir, "damaged.car"), damaged);
        const error = await rejection(verifyCar(join(dir, "damaged.car")));
        expect(error).to.include({
          name: "CarBlockCorruptError",
          cid: cid.toString(),
          position: blockOffset,
        });
      }
    });

    it("refuses what is no CAR, and a CAR that ends early, at any byte", async () => {
      await writeTree(join(dir, "in"), { a: bytesOf(50, 1) });
      const [piece] = (await pack("in", "cars")).pieces;
      const bytes = await readFile(piece?.carPath as string);
      const ends = [59, 59 + 36 + 1 + 50];
      const verify = (cut: Uint8Array) =>
        verifyStream(
          "cut.car",
          (async function* () {
            yield cut;
          })(),
        );
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        if (ends.includes(length)) expect((await verify(cut)).blocks).to.equal(ends.indexOf(length));
        else expect((await rejection(verify(cut))).name, String(length)).to.equal("CarMalformedError");
      }
      const longer = Buffer.concat([bytes, Buffer.from("ffffffffff7f", "hex")]);
      expect((await rejection(verify(longer))).message).to.contain(`at byte ${bytes.length}`);
    });
  });

  describe("reading back", () => {
    it("reads a dataset of one file into a file", async () => {
      await writeTree(join(dir, "in"), bytesOf(2_500_000));
      const packed = await pack("in", "cars", 2 ** 20);
      await readDataset(cars(packed), { root: packed.root.toString(), output: join(dir, "new/out") });
      expect(await readFile(join(dir, "new/out"))).to.deep.equal(await readFile(join(dir, "in")));
    });

    it("keeps files that are there, unless told to overwrite them", async () => {
      await writeTree(join(dir, "in"), { a: bytesOf(10), b: bytesOf(20) });
      const packed = await pack("in", "cars");
      await writeTree(join(dir, "out"), { b: bytesOf(1), other: bytesOf(2) });
      const options = { root: packed.root, output: join(dir, "out") };
      expect((await rejection(readDataset(cars(packed), options))).name).to.equal("DatasetOutputError");
      expect(await readTree(join(dir, "out"))).to.deep.equal(
        Object.assign(Object.create(null), { b: bytesOf(1), other: bytesOf(2) }),
      );
      await readDataset(cars(packed), { ...options, overwrite: true });
      expect(await readdir(join(dir, "out"))).to.have.members(["a", "b", "other"]);
      expect(new Uint8Array(await readFile(join(dir, "out/b")))).to.deep.equal(bytesOf(20));
    });

    it("never follows a link out of the output", async () => {
      await writeTree(join(dir, "in"), { sub: { file: bytesOf(10) } });
      const packed = await pack("in", "cars");
      await writeTree(join(dir, "elsewhere"), { file: bytesOf(1) });
      await mkdir(join(dir, "out"));
      await symlink(join(dir, "elsewhere"), join(dir, "out/sub"));
      const options = { root: packed.root, output: join(dir, "out"), overwrite: true };
      expect((await rejection(readDataset(cars(packed), options))).name).to.equal("DatasetOutputError");
      await rm(join(dir, "out/sub"));
      await mkdir(join(dir, "out/sub"));
      await symlink(join(dir, "elsewhere/file"), join(dir, "out/sub/file"));
      await readDataset(cars(packed), options);
      expect(new Uint8Array(await readFile(join(dir, "elsewhere/file")))).to.deep.equal(bytesOf(1));
      expect(new Uint8Array(await readFile(join(dir, "out/sub/file")))).to.deep.equal(bytesOf(10));
    });

    it("removes all it wrote when a piece is missing, damaged, or reading is aborted", async () => {
      await writeTree(join(dir, "in"), sample);
      const packed = await pack("in", "cars", 2 ** 20);
      const output = join(dir, "made/for/out");
      const read = (paths: string[], signal?: AbortSignal) =>
        rejection(readDataset(paths, { root: packed.root, output, ...(signal ? { signal } : {}) }));
      const all = cars(packed);
      expect((await read(all.filter((_, index) => index !== 1))).name).to.equal("DatasetBlockMissingError");
      expect((await read(all, AbortSignal.abort(new Error("enough")))).message).to.equal("enough");
      const bytes = await readFile(all[1] as string);
      bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
      await writeFile(join(dir, "damaged.car"), bytes);
      const damaged = await read([all[0] as string, join(dir, "damaged.car"), ...all.slice(2)]);
      expect(damaged.name).to.equal("CarBlockCorruptError");
      expect(damaged.message).to.contain("damaged.car");
      expect(await readdir(dir)).to.have.members(["in", "cars", "damaged.car"]);
    });
  });
});
