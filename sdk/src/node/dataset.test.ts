import { chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CarIndexer } from "@ipld/car/indexer";
import { CarReader } from "@ipld/car/reader";
import { expect } from "chai";
import fc from "fast-check";
import { exporter, recursive } from "ipfs-unixfs-exporter";
import type { CID } from "multiformats/cid";
import { decodeManifest, hashPiece, type PackProgress, verifyCar as verifyStream } from "../dataset/index.ts";
import { entryFromPath, loadLayer, packDataset, readDataset, verifyCar } from "./index.ts";

const SEED = 0x686f6c64;

type Tree = { [name: string]: Tree | Uint8Array };

async function writeTree(path: string, tree: Tree | Uint8Array): Promise<void> {
  if (tree instanceof Uint8Array) return writeFile(path, tree);
  await mkdir(path, { recursive: true });
  for (const [name, child] of Object.entries(tree)) await writeTree(join(path, name), child);
}

async function readTree(path: string): Promise<Tree> {
  const tree: Tree = Object.create(null);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    tree[entry.name] = entry.isDirectory() ? await readTree(child) : new Uint8Array(await readFile(child));
  }
  return tree;
}

/** Bytes with no two equal blocks. */
function bytesOf(length: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = salt * 2654435761 + 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it should have been refused");
}

describe("dataset", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "holdfast-dataset-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const pack = (source: string, out: string, maxPieceSize = 2 ** 30) =>
    packDataset(join(dir, source), { outDir: join(dir, out), maxPieceSize });
  const cars = (packed: { pieces: { carPath: string }[] }) => packed.pieces.map((piece) => piece.carPath);

  const sample: Tree = {
    "empty file": new Uint8Array(0),
    "empty directory": {},
    "caf\u00e9": bytesOf(10, 1),
    "cafe\u0301": bytesOf(10, 2),
    "日本語 🗻": {
      "\u202Ertl": bytesOf(3),
      "back\\slash": bytesOf(5, 3),
      "%2e%2e": { ".hidden": bytesOf(1, 9) },
    },
    deep: { a: { b: { c: { d: { e: { f: { g: bytesOf(100, 4) } } } } } } },
    "big.bin": bytesOf(3 * 1024 * 1024 + 17, 5),
    "twin.bin": bytesOf(3 * 1024 * 1024 + 17, 5),
  };

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
