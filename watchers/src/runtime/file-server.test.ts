import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type FileServer, FileServerOpenError, startFileServer } from "./file-server.ts";

describe("file server", () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
  let folder: string;
  let server: FileServer;
  const get = (headers: Record<string, string> = {}, method = "GET", path = "/piece.car") =>
    fetch(`${server.url}${path}`, { headers, method });
  const body = async (response: Response) => Buffer.from(await response.arrayBuffer());

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-files-"));
    writeFileSync(join(folder, "a.car"), bytes);
    writeFileSync(join(folder, "empty.car"), "");
    writeFileSync(join(folder, "secret"), "secret");
    const files = new Map([
      ["/piece.car", join(folder, "a.car")],
      ["/empty.car", join(folder, "empty.car")],
    ]);
    server = await startFileServer({ files });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it("listens on loopback only, unless told otherwise", async () => {
    expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:/);
    const error = await startFileServer({ host: "0.0.0.0", files: new Map() }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(FileServerOpenError);
  });

  it("gives the whole file, and its length alone for HEAD", async () => {
    const whole = await get();
    expect(whole.status).to.equal(200);
    expect(whole.headers.get("accept-ranges")).to.equal("bytes");
    expect((await body(whole)).equals(bytes)).to.equal(true);
    const head = await get({}, "HEAD");
    expect(head.headers.get("content-length")).to.equal("1000");
    expect(await body(head)).to.have.length(0);
    expect(await body(await get({}, "GET", "/empty.car"))).to.have.length(0);
  });

  for (const [range, start, end] of [
    ["bytes=0-0", 0, 0],
    ["bytes=10-19", 10, 19],
    ["bytes=990-", 990, 999],
    ["bytes=990-5000", 990, 999],
    ["bytes=-10", 990, 999],
    ["bytes=-5000", 0, 999],
  ] as const) {
    it(`gives ${range} and says what it is`, async () => {
      const response = await get({ range });
      expect(response.status).to.equal(206);
      expect(response.headers.get("content-range")).to.equal(`bytes ${start}-${end}/1000`);
      expect((await body(response)).equals(bytes.subarray(start, end + 1))).to.equal(true);
    });
  }

  for (const range of ["bytes=1000-", "bytes=5000-6000", "bytes=-0"]) {
    it(`refuses ${range}, which lies outside`, async () => {
      const response = await get({ range });
      expect(response.status).to.equal(416);
      expect(response.headers.get("content-range")).to.equal("bytes */1000");
    });
  }

  for (const range of ["bytes=5-4", "bytes=0-1,5-6", "items=0-1", "bytes=-"]) {
    it(`gives the whole file for ${range}, which it does not understand`, async () => {
      expect((await get({ range })).status).to.equal(200);
    });
  }

  it("gives the whole file when it is no longer the one that If-Range names", async () => {
    const etag = (await get({}, "HEAD")).headers.get("etag") as string;
    expect((await get({ range: "bytes=0-1", "if-range": etag })).status).to.equal(206);
    expect((await get({ range: "bytes=0-1", "if-range": '"other"' })).status).to.equal(200);
  });

  it("serves nothing but the files it was given, and only reads", async () => {
    for (const path of ["/secret", "/../secret", "/%2e%2e/secret", "/"]) {
      expect((await get({}, "GET", path)).status).to.equal(404);
    }
    expect((await get({}, "POST")).status).to.equal(405);
  });
});
