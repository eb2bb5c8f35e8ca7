import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { pack } from "tar-stream";
import { ResultArchiveError, readResultArchive } from "./result-archive.ts";

type Entry = {
  name: string;
  type?: "file" | "directory" | "symlink" | "link";
  linkname?: string;
  bytes?: string;
};

async function archive(entries: Entry[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { bytes = "", ...header } of entries) tar.entry(header, bytes);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

const read = (bytes: Uint8Array, most = 1 << 20) =>
  readResultArchive(new Blob([new Uint8Array(bytes)]).stream(), most).then(
    (files) => files.map(({ path, bytes: found }) => [path, new TextDecoder().decode(found)]),
    (error: unknown) => error,
  );

describe("a result's archive", () => {
  it("is read as a node packs it", async () => {
    const entries: Entry[] = [
      { name: ".", type: "directory" },
      { name: "./outputs", type: "directory" },
      { name: "./outputs/a.csv", bytes: "a,1\n" },
      { name: "stdout", bytes: "" },
    ];
    expect(await read(await archive(entries))).to.deep.equal([
      ["outputs/a.csv", "a,1\n"],
      ["stdout", ""],
    ]);
  });

  it("is refused with links, with too many bytes however small, cut, or as no archive", async () => {
    for (const type of ["symlink", "link"] as const) {
      const hostile = await archive([{ name: "outputs/a", type, linkname: "/etc/passwd" }]);
      expect(await read(hostile), type).to.be.instanceOf(ResultArchiveError);
    }
    const bomb = await archive([{ name: "outputs/a", bytes: "0".repeat(2 << 20) }]);
    expect(bomb.length).to.be.lessThan(10_000);
    expect(await read(bomb)).to.be.instanceOf(ResultArchiveError);
    expect(await read(bomb.subarray(0, bomb.length / 2), 4 << 20)).to.be.instanceOf(ResultArchiveError);
    expect(await read(new TextEncoder().encode("no archive"))).to.be.instanceOf(ResultArchiveError);
  });
});
