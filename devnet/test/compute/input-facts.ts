import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { pack } from "tar-stream";
import { guest, inline, jobOf, resultOf, run } from "./client.ts";
import type { Target } from "./target.ts";

/** How a node comes by its inputs. */
export function inputFacts(target: () => Target): void {
  let server: Server;
  let origin = "";
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const path = request.url!;
      asked.push(`${request.method} ${path}`);
      if (path.startsWith("/moved/"))
        response.writeHead(302, { Location: path.replace("/moved/", "/") }).end();
      else if (path.startsWith("/missing/")) response.writeHead(404).end();
      else if (path.startsWith("/endless/")) {
        response.writeHead(200);
        response.write("a b");
        response.end("c");
      } else
        response.writeHead(200, { "Content-Length": 5 }).end(request.method === "HEAD" ? undefined : "a b a");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => asked.splice(0));
  after(() => server.close());

  const download = (folder: string, path: string) => ({
    Target: folder,
    Source: { Type: "urlDownload", Params: { URL: `${origin}${path}` } },
  });
  const count = (path: string, inputs: object[]) =>
    run(target().url, jobOf(guest("word-count"), { args: [path], inputs }));

  it("a file comes to lie under its target, by its name in the address", async () => {
    const { Executions } = await count("/in/0/a.txt", [download("/in/0", "/a.txt")]);
    expect((await resultOf(Executions.Items[0])).get("outputs/words.tsv")).to.equal("a\t2\nb\t1\n");
  });

  it("every source is asked for its size before any is fetched", async () => {
    const { Job } = await count("/in/0/a.txt", [download("/in/0", "/a.txt"), download("/in/1", "/b.txt")]);
    expect(Job.State.StateType).to.equal("Completed");
    expect(asked.slice(0, 2)).to.have.members(["HEAD /a.txt", "HEAD /b.txt"]);
    expect(asked.slice(2)).to.have.members(["GET /a.txt", "GET /b.txt"]);
  });

  it("redirects are followed", async () => {
    const { Job } = await count("/in/0/a.txt", [download("/in/0", "/moved/a.txt")]);
    expect(Job.State.StateType).to.equal("Completed");
    expect(asked).to.deep.equal(["HEAD /moved/a.txt", "HEAD /a.txt", "GET /moved/a.txt", "GET /a.txt"]);
  });

  it("a source that does not say its size is refused", async () => {
    const { Executions } = await count("/in/0/a.txt", [download("/in/0", "/endless/a.txt")]);
    expect(Executions.Items[0]!.ComputeState.Message).to.equal(
      "calculating resource usage of job: error getting job disk space requirements: content-length not provided by the server",
    );
  });

  it("a source that is not there is given up after four attempts", async () => {
    const { Executions } = await count("/in/0/a.txt", [download("/in/0", "/missing/a.txt")]);
    expect(Executions.Items[0]!.ComputeState.Message).to.equal(
      `calculating resource usage of job: error getting job disk space requirements: HEAD ${origin}/missing/a.txt giving up after 4 attempt(s)`,
    );
    expect(asked).to.deep.equal(Array(8).fill("HEAD /missing/a.txt"));
  });

  it("an inline source is a file; one of gzip is an archive, and a folder", async () => {
    const archive = pack();
    archive.entry({ name: "a.txt" }, "x x y");
    archive.finalize();
    const parts: Buffer[] = [];
    for await (const part of archive) parts.push(part as Buffer);
    const zipped = inline("/in", gzipSync(Buffer.concat(parts)), "application/gzip");
    const { Executions } = await count("/in/a.txt", [zipped]);
    expect((await resultOf(Executions.Items[0])).get("outputs/words.tsv")).to.equal("x\t2\ny\t1\n");
  });

  it("a source may lie inside of another's folder", async () => {
    const inputs = [download("/in", "/a.txt"), download("/in/sub", "/b.txt")];
    const list = async (path: string) => {
      const job = jobOf(guest("test/directory-order"), { args: [path], inputs });
      return (await resultOf((await run(target().url, job)).Executions.Items[0])).get("stdout");
    };
    expect(await list("/in")).to.equal(".\n..\na.txt\nsub\n");
    expect(await list("/in/sub")).to.equal(".\n..\nb.txt\n");
  });
}
