import * as dagPb from "@ipld/dag-pb";
import { expect } from "chai";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { sha256 } from "multiformats/hashes/sha2";
import { encodeCarHeader, encodeCarSection } from "./car.ts";
import {
  carFromBytes,
  type DatasetEntry,
  type DatasetItem,
  openCars,
  packDataset,
  readDataset,
  verifyCar,
} from "./index.ts";

const RAW = 0x55;

async function block(code: number, bytes: Uint8Array) {
  return { cid: CID.createV1(code, await sha256.digest(bytes)), bytes };
}

async function node(unixfs: UnixFS, links: { name: string; cid: CID }[]) {
  const Links = links.map(({ name, cid }) => ({ Name: name, Hash: cid, Tsize: 1 }));
  return block(dagPb.code, dagPb.encode(dagPb.prepare({ Data: unixfs.marshal(), Links })));
}

async function read(root: CID, blocks: { cid: CID; bytes: Uint8Array }[]): Promise<DatasetItem[]> {
  const car = Buffer.concat([
    encodeCarHeader(root),
    ...blocks.map(({ cid, bytes }) => encodeCarSection(cid, bytes)),
  ]);
  const items: DatasetItem[] = [];
  for await (const item of readDataset(await openCars([carFromBytes("hostile.car", car)]), root)) {
    items.push(item);
    if (item.kind === "file") for await (const _ of item.content());
  }
  return items;
}

async function refusal(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it should have been refused");
}

describe("a hostile dataset", () => {
  for (const name of ["..", ".", "", "a/b", "/etc/passwd", "../../x", "nul\0"]) {
    it(`is refused for the name ${JSON.stringify(name)}`, async () => {
      const leaf = await block(RAW, Buffer.from("x"));
      const root = await node(new UnixFS({ type: "directory" }), [{ name, cid: leaf.cid }]);
      expect(await refusal(read(root.cid, [leaf, root]))).to.have.property("name", "DatasetMalformedError");
    });
  }

  it("is refused for the same name twice, also across the nodes of a HAMT", async () => {
    const leaf = await block(RAW, Buffer.from("x"));
    const twice = await node(new UnixFS({ type: "directory" }), [
      { name: "a", cid: leaf.cid },
      { name: "a", cid: leaf.cid },
    ]);
    expect((await refusal(read(twice.cid, [leaf, twice]))).message).to.contain("twice");
    const hamt = () => new UnixFS({ type: "hamt-sharded-directory", fanout: 256n, hashType: 0x22n });
    const inner = await node(hamt(), [{ name: "07a", cid: leaf.cid }]);
    const outer = await node(hamt(), [
      { name: "00", cid: inner.cid },
      { name: "01a", cid: leaf.cid },
    ]);
    expect((await refusal(read(outer.cid, [leaf, inner, outer]))).message).to.contain("twice");
  });

  it("is refused for a HAMT that goes up", async () => {
    const leaf = await block(RAW, Buffer.from("x"));
    const hamt = new UnixFS({ type: "hamt-sharded-directory", fanout: 256n, hashType: 0x22n });
    const root = await node(hamt, [{ name: "00..", cid: leaf.cid }]);
    expect((await refusal(read(root.cid, [leaf, root]))).name).to.equal("DatasetMalformedError");
  });

  it("is refused for a file with more or fewer bytes than it says", async () => {
    const leaf = await block(RAW, Buffer.from("four"));
    for (const size of [3n, 5n]) {
      const file = await node(new UnixFS({ type: "file", blockSizes: [size] }), [
        { name: "", cid: leaf.cid },
      ]);
      expect((await refusal(read(file.cid, [leaf, file]))).message).to.contain(`says ${size} bytes`);
    }
  });

  it("is refused for a symbolic link and for a node of another kind", async () => {
    const link = await node(new UnixFS({ type: "symlink", data: Buffer.from("/etc") }), []);
    expect((await refusal(read(link.cid, [link]))).message).to.contain("symlink");
    const json = await block(0x0129, Buffer.from("{}"));
    expect((await refusal(read(json.cid, [json]))).message).to.contain("not UnixFS");
  });

  it("is refused for a block whose CID is of another hash", async () => {
    const bytes = Buffer.from("x");
    // The right SHA-256, under the code of SHA3-256.
    const { digest } = await sha256.digest(bytes);
    const cid = CID.createV1(RAW, Digest.create(0x16, digest));
    expect((await refusal(read(cid, [{ cid, bytes }]))).name).to.equal("CarBlockCorruptError");
  });

  it("cannot make a reader hold a huge block", async () => {
    const header = encodeCarHeader((await block(RAW, new Uint8Array(1))).cid);
    const huge = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x40]); // a section of 16 GiB
    let read = 0;
    const endless = async function* () {
      yield Buffer.concat([header, huge]);
      for (;;) {
        read += 1 << 20;
        yield new Uint8Array(1 << 20);
      }
    };
    expect((await refusal(verifyCar("huge.car", endless()))).message).to.contain("at most");
    expect(read).to.be.at.most(2 << 20);
  });
});

describe("packing without a file system", () => {
  const textFile = (name: string): DatasetEntry => ({
    kind: "file",
    name,
    path: name,
    content: async function* () {
      yield Buffer.from(`content of ${name}`);
    },
  });

  /** Packs a directory with these entries, given in this order, into memory. */
  async function pack(entries: DatasetEntry[]) {
    const files = new Map<number, Uint8Array>();
    const packed = await packDataset(
      { kind: "directory", name: "", path: "", entries: async () => entries },
      {
        create: async (index) => ({
          append: async (bytes) =>
            void files.set(index, Buffer.concat([files.get(index) ?? Buffer.of(), bytes])),
          close: async () => {},
          overwrite: async (position, bytes) => files.get(index)?.set(bytes, position),
          readStart: async (length) => (files.get(index) as Uint8Array).slice(0, length),
        }),
      },
    );
    return { packed, car: files.get(0) as Uint8Array };
  }

  it("packs entries from memory into memory", async () => {
    const { packed, car } = await pack([textFile("a")]);
    const items: string[] = [];
    for await (const item of readDataset(await openCars([carFromBytes("memory.car", car)]), packed.root)) {
      items.push(item.path.join("/"));
    }
    expect(items).to.deep.equal(["", "a"]);
  });

  it("gives the same piece in whatever order a source lists its entries", async () => {
    // Sorted by UTF-8 bytes, U+FF5E stands before U+1F5FB; by UTF-16 units after it.
    const names = ["b", "a", "\u{1F5FB}", "\uFF5E", "B"];
    const { packed } = await pack(names.map(textFile));
    const { packed: reversed } = await pack([...names].reverse().map(textFile));
    expect(reversed.pieces[0]?.cid).to.equal(packed.pieces[0]?.cid);
    expect(reversed.dataset).to.equal(packed.dataset);
  });

  it("refuses names and pairs of names that no directory has", async () => {
    const file = (name: string) => ({
      kind: "file" as const,
      name,
      path: name,
      content: async function* () {},
    });
    const store = { create: () => Promise.reject(new Error("nothing to write")) };
    for (const names of [["a", "a"], [".."], ["a/b"], ["\ud800"]]) {
      const entries = async () => names.map(file);
      const packing = packDataset({ kind: "directory", name: "", path: "", entries }, store);
      expect((await refusal(packing)).name, names.join()).to.equal("DatasetEntryUnsupportedError");
    }
  });
});
