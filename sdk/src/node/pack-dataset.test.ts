import { chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CarReader } from "@ipld/car/reader";
import { expect } from "chai";
import fc from "fast-check";
import { exporter, recursive } from "ipfs-unixfs-exporter";
import type { CID } from "multiformats/cid";
import { bytesOf, readTree, rejection, sample, type Tree, writeTree } from "../../../test/support/trees.ts";
import { decodeManifest, hashPiece, type PackProgress } from "../dataset/index.ts";
import { entryFromPath, loadLayer, packDataset, readDataset, verifyCar } from "./index.ts";

const SEED = 0x686f6c64;

describe("packing a dataset", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "holdfast-dataset-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const pack = (source: string, out: string, maxPieceSize = 2 ** 30) =>
    packDataset(join(dir, source), { outDir: join(dir, out), maxPieceSize });
  const cars = (packed: { pieces: { carPath: string }[] }) => packed.pieces.map((piece) => piece.carPath);

  describe("packing", () => {
    it("packs a tree and reads it back byte for byte, from the root and from the manifest", async () => {
      await writeTree(join(dir, "in"), sample);
      const packed = await pack("in", "cars");
      expect(packed.pieces).to.have.length(1);
      expect(packed.files).to.equal(9);
      const read = await readDataset(cars(packed), { root: packed.root, output: join(dir, "out") });
      expect(read).to.deep.equal({ files: packed.files, bytes: packed.bytes });
      expect(await readTree(join(dir, "out"))).to.deep.equal(await readTree(join(dir, "in")));
      await readDataset([packed.manifestPath, ...cars(packed)], {
        root: packed.manifest,
        output: join(dir, "out2"),
      });
      expect(await readTree(join(dir, "out2"))).to.deep.equal(await readTree(join(dir, "in")));
    });

    it("gives the roots that IPFS gives", async () => {
      await writeTree(join(dir, "in"), {
        empty: new Uint8Array(0),
        dir: {},
        hello: Buffer.from("hello world\n"),
      });
      const root = async (name: string) => (await pack(`in/${name}`, `cars-${name}`)).root.toString();
      expect(await root("empty")).to.equal("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
      expect(await root("dir")).to.equal("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354");
      expect(await root("hello")).to.equal("bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
    });

    it("stores equal blocks once", async () => {
      await writeTree(join(dir, "in"), { a: bytesOf(50_000), b: bytesOf(50_000) });
      const packed = await pack("in", "cars");
      expect(packed.bytes).to.equal(100_000);
      expect(packed.pieces[0]?.payloadSize).to.be.lessThan(51_000);
    });

    it("depends on names and bytes alone: neither times nor the order of creation", async () => {
      await writeTree(join(dir, "one"), sample);
      await writeTree(join(dir, "two"), Object.fromEntries(Object.entries(sample).reverse()));
      await utimes(join(dir, "two", "big.bin"), 1, 1);
      const [one, two] = [await pack("one", "cars1", 2 ** 21), await pack("two", "cars2", 2 ** 21)];
      expect(two.root.toString()).to.equal(one.root.toString());
      expect(two.dataset).to.equal(one.dataset);
      expect(two.pieces.map((piece) => piece.cid)).to.deep.equal(one.pieces.map((piece) => piece.cid));
    });

    it("splits a dataset into pieces of at most the size asked for; each is a CAR of its own", async () => {
      await writeTree(join(dir, "in"), sample);
      const whole = await pack("in", "whole");
      for (const maxPieceSize of [2 ** 21, 2 ** 18, 2 ** 15]) {
        const packed = await pack("in", `cars-${maxPieceSize}`, maxPieceSize);
        expect(packed.pieces.length).to.be.greaterThan(1);
        if (maxPieceSize >= 2 ** 21) expect(packed.root.toString()).to.equal(whole.root.toString());
        for (const piece of packed.pieces) {
          expect(piece.paddedSize).to.be.at.most(maxPieceSize);
          const bytes = new Uint8Array(await readFile(piece.carPath));
          expect(hashPiece(bytes)).to.deep.include({
            cid: piece.cid,
            layer: piece.layer,
            payloadSize: bytes.length,
          });
          expect(await loadLayer(piece.layerPath, piece)).to.deep.equal(piece.layer);
          const car = await CarReader.fromBytes(bytes);
          expect((await car.getRoots()).map(String)).to.deep.equal([packed.root.toString()]);
          let blocks = 0;
          for await (const _ of car.blocks()) blocks++;
          expect(blocks).to.equal(piece.blocks);
        }
        const output = join(dir, `out-${maxPieceSize}`);
        await readDataset(cars(packed), { root: packed.root, output });
        expect(await readTree(output)).to.deep.equal(await readTree(join(dir, "in")));
      }
    });

    it("writes a manifest that names the root and the pieces, and whose hash is the dataset's id", async () => {
      await writeTree(join(dir, "in"), sample);
      const packed = await pack("in", "cars", 2 ** 21);
      const manifest = decodeManifest(packed.manifestBytes);
      expect(manifest.root.toString()).to.equal(packed.root.toString());
      expect(manifest.pieces).to.deep.equal(packed.pieces.map((piece) => piece.cid));
      expect(`0x${Buffer.from(packed.manifest.multihash.digest).toString("hex")}`).to.equal(packed.dataset);
    });

    it("makes a HAMT of a directory with many entries, which another implementation reads", async () => {
      // 1,300 links of about 240 bytes: more than the 256 KiB that one block of a directory may take.
      const names = Array.from({ length: 1300 }, (_, i) => `${"long name ".repeat(18)}${i}`);
      const many = Object.fromEntries(names.map((name, i) => [name, bytesOf(4, i)]));
      await writeTree(join(dir, "in"), { many });
      const packed = await pack("in", "cars");
      await readDataset(cars(packed), { root: packed.root, output: join(dir, "out") });
      expect(await readTree(join(dir, "out"))).to.deep.equal(await readTree(join(dir, "in")));

      const blocks = new Map<string, Uint8Array>();
      const car = await CarReader.fromBytes(await readFile(cars(packed)[0] as string));
      for await (const { cid, bytes } of car.blocks()) blocks.set(cid.toString(), bytes);
      const store = {
        get: async function* (cid: CID) {
          yield blocks.get(cid.toString()) as Uint8Array;
        },
      };
      const top = await exporter(`${packed.root}/many`, store as never);
      expect(top).to.have.nested.property("unixfs.type", "hamt-sharded-directory");
      const read: string[] = [];
      for await (const entry of recursive(packed.root, store as never)) read.push(entry.name);
      expect(read).to.include.members(names);
    });

    it("packs and reads back random trees at random piece sizes", async () => {
      const name = fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
        .filter(
          (text) => !/[/\0]/.test(text) && text !== "." && text !== ".." && Buffer.byteLength(text) < 200,
        );
      const { tree } = fc.letrec<{ tree: Tree; node: Tree | Uint8Array }>((tie) => ({
        node: fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          fc.uint8Array({ maxLength: 5000 }),
          tie("tree"),
        ),
        tree: fc.dictionary(name, tie("node"), { maxKeys: 6 }),
      }));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(tree, fc.integer({ min: 12, max: 22 }), async (input, exponent) => {
          const base = join(dir, String(run++));
          await mkdir(base);
          await writeTree(join(base, "in"), input);
          const packed = await packDataset(join(base, "in"), {
            outDir: join(base, "cars"),
            maxPieceSize: 2 ** exponent,
          });
          await readDataset(cars(packed), { root: packed.root, output: join(base, "out") });
          expect(await readTree(join(base, "out"))).to.deep.equal(await readTree(join(base, "in")));
          for (const piece of packed.pieces) {
            expect(piece.paddedSize).to.be.at.most(2 ** exponent);
            expect((await verifyCar(piece.carPath, piece.cid)).layer).to.deep.equal(piece.layer);
          }
        }),
        { seed: SEED, numRuns: 40 },
      );
    });

    it("gives the same pieces with worker threads and without, and verifies them alike", async () => {
      await writeTree(join(dir, "in"), { a: bytesOf(25 << 20, 1), b: bytesOf(25 << 20, 2) });
      const packIn = (out: string, workers: number) =>
        packDataset(join(dir, "in"), { outDir: join(dir, out), maxPieceSize: 2 ** 25, workers });
      const [alone, shared] = [await packIn("alone", 0), await packIn("shared", 2)];
      expect(shared.dataset).to.equal(alone.dataset);
      expect(shared.pieces).to.have.length(2);
      for (const [index, piece] of shared.pieces.entries()) {
        expect(piece.layer).to.deep.equal(alone.pieces[index]?.layer);
        const bytes = new Uint8Array(await readFile(piece.carPath));
        expect(hashPiece(bytes)).to.include({ cid: piece.cid, payloadSize: bytes.length });
        expect((await verifyCar(piece.carPath, piece.cid, { workers: 2 })).layer).to.deep.equal(piece.layer);
      }
    });

    it("tells how far it is", async () => {
      await writeTree(join(dir, "in"), sample);
      const seen: PackProgress[] = [];
      const options = {
        outDir: join(dir, "cars"),
        maxPieceSize: 2 ** 21,
        onProgress: (p: PackProgress) => seen.push(p),
      };
      const packed = await packDataset(join(dir, "in"), options);
      const blocks = packed.pieces.reduce((sum, piece) => sum + piece.blocks, 0);
      expect(seen.at(-1)).to.deep.equal({
        files: packed.files,
        bytes: packed.bytes,
        blocks,
        pieces: packed.pieces.length,
      });
      for (const [index, { bytes }] of seen.entries())
        expect(bytes).to.be.at.least(seen[index - 1]?.bytes ?? 0);
    });
  });

  describe("refusals of packing", () => {
    const refused = async (name: string, path: string) => {
      const error = await rejection(pack("in", "cars"));
      expect(error.name).to.equal(name);
      expect(error.message).to.contain(path);
      expect(await readdir(dir)).to.deep.equal(["in"]);
      return error;
    };

    it("refuses a symbolic link and names it", async () => {
      await writeTree(join(dir, "in"), { a: { file: bytesOf(5000) } });
      await symlink("file", join(dir, "in/a/link"));
      await refused("DatasetEntryUnsupportedError", join(dir, "in/a/link"));
    });

    it("refuses a name that is not UTF-8", async () => {
      await mkdir(join(dir, "in"));
      await writeFile(Buffer.concat([Buffer.from(join(dir, "in/")), Buffer.from([0xff, 0xfe])]), "x");
      await refused("DatasetEntryUnsupportedError", join(dir, "in"));
    });

    it("names a file that cannot be read", async () => {
      await mkdir(join(dir, "in/secret"), { recursive: true, mode: 0o700 });
      await writeFile(join(dir, "in/open"), "x");
      await writeFile(join(dir, "in/secret/file"), "x", { mode: 0 });
      const root = process.geteuid?.() === 0;
      if (root) for (const path of ["", "in", "in/secret"]) await chown(join(dir, path), 65534, 65534);
      if (root) process.seteuid?.(65534);
      try {
        await refused("DatasetUnreadableError", join(dir, "in/secret/file"));
      } finally {
        if (root) process.seteuid?.(0);
      }
    });

    it("names a source that does not exist", async () => {
      const error = await rejection(pack("nothing", "cars"));
      expect(error).to.include({ name: "DatasetUnreadableError" });
      expect(error.message).to.contain(join(dir, "nothing"));
    });

    for (const [what, change] of [
      ["grows", (path: string) => writeFile(path, "more", { flag: "a" })],
      ["shrinks", (path: string) => writeFile(path, "less")],
      ["is rewritten in place", (path: string) => writeFile(path, bytesOf(3 << 20, 8), { flag: "r+" })],
    ] as const) {
      it(`notices a file that ${what} while it is read`, async () => {
        await writeTree(join(dir, "in"), { file: bytesOf(3 << 20, 7) });
        let changed: Promise<void> | undefined;
        const entry = await entryFromPath(join(dir, "in/file"));
        if (entry.kind !== "file") throw new Error("it is a file");
        const error = await rejection(
          (async () => {
            for await (const _ of entry.content()) {
              changed ??= change(join(dir, "in/file"));
              await changed;
            }
          })(),
        );
        expect(error).to.include({ name: "DatasetSourceChangedError", path: join(dir, "in/file") });
      });
    }

    it("leaves nothing behind when it is aborted", async () => {
      await writeTree(join(dir, "in"), sample);
      const stop = new AbortController();
      const packing = packDataset(join(dir, "in"), {
        outDir: join(dir, "cars"),
        maxPieceSize: 2 ** 18,
        signal: stop.signal,
        onProgress: ({ pieces }) => pieces === 3 && stop.abort(new Error("enough")),
      });
      expect((await rejection(packing)).message).to.equal("enough");
      expect(await readdir(dir)).to.deep.equal(["in"]);
    });

    it("refuses sizes that no piece has, and pieces too small for a block", async () => {
      await writeTree(join(dir, "in"), {
        "a name that alone is longer than what a 128-byte piece holds": bytesOf(1),
      });
      for (const size of [0, 64, 129, 1000, Number.NaN, 2 ** 60]) {
        expect((await rejection(pack("in", "cars", size))).name, String(size)).to.equal(
          "DatasetPieceSizeError",
        );
      }
      expect((await rejection(pack("in", "cars", 128))).name).to.equal("DatasetBlockTooLargeError");
      expect(
        (await pack(`in/${(await readdir(join(dir, "in")))[0]}`, "cars", 128)).pieces[0]?.paddedSize,
      ).to.equal(128);
    });

    it("refuses an output that holds something or lies in the source", async () => {
      await writeTree(join(dir, "in"), { sub: {}, a: bytesOf(1) });
      await writeTree(join(dir, "full"), { precious: bytesOf(1) });
      for (const out of ["full", "in", "in/sub", "in/new"]) {
        expect((await rejection(pack("in", out))).name, out).to.equal("DatasetOutputError");
      }
      expect(await readdir(join(dir, "in"))).to.have.members(["a", "sub"]);
      expect(await readdir(join(dir, "full"))).to.deep.equal(["precious"]);
    });
  });
});
