import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fetchSource } from "./fetch-source.ts";

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);

describe("fetching a source", () => {
  let folder: string;
  let server: Server;
  let origin: string;
  let requests: IncomingMessage[];
  let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-source-"));
    requests = [];
    server = createServer((request, response) => {
      requests.push(request);
      answer(request, response, requests.length);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const fetching = (change: Partial<Parameters<typeof fetchSource>[0]> = {}) =>
    fetchSource({
      urls: [{ url: `${origin}/a`, headers: {}, priority: 0, fallback: false }],
      path: join(folder, "piece"),
      size: BYTES.length,
      signal: new AbortController().signal,
      tries: 3,
      retryMs: 1,
      ...change,
    });
  const fetched = async () => new Uint8Array(await readFile(join(folder, "piece")));
  const failure = (work: Promise<void>) =>
    work.then(
      () => expect.fail("it resolved"),
      (error: Error) => error.message,
    );
  const ranged = (request: IncomingMessage, response: ServerResponse) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = { "content-range": `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
    return response.writeHead(request.headers.range ? 206 : 200, headers);
  };
  const start = (request: IncomingMessage) =>
    Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

  it("goes on where a dropped connection stopped", async () => {
    answer = (request, response, count) => {
      const from = start(request);
      if (count < 4)
        ranged(request, response).write(BYTES.subarray(from, from + 70_000), () => request.socket.destroy());
      else ranged(request, response).end(BYTES.subarray(from));
    };
    await fetching();
    expect(await fetched()).to.deep.equal(BYTES);
    expect(requests[0]!.headers.range).to.equal(undefined);
    const starts = requests.slice(1).map(start);
    expect(starts.every((at) => at > 0)).to.equal(true);
    expect(starts).to.deep.equal(starts.toSorted((a, b) => a - b));
  });

  it("goes on from a file that an earlier run left", async () => {
    await writeFile(join(folder, "piece"), BYTES.subarray(0, 123_456));
    answer = (request, response) => ranged(request, response).end(BYTES.subarray(start(request)));
    await fetching();
    expect(requests.map((request) => request.headers.range)).to.deep.equal(["bytes=123456-"]);
    expect(await fetched()).to.deep.equal(BYTES);
  });

  it("starts over with a server that has no ranges", async () => {
    await writeFile(join(folder, "piece"), new Uint8Array(1000).fill(0xee));
    answer = (_request, response) => response.writeHead(200).end(BYTES);
    await fetching();
    expect(await fetched()).to.deep.equal(BYTES);
  });

  it("does not take a range it did not ask for", async () => {
    await writeFile(join(folder, "piece"), BYTES.subarray(0, 1000));
    answer = (_request, response) =>
      response.writeHead(206, { "content-range": `bytes 0-${BYTES.length - 1}/${BYTES.length}` }).end(BYTES);
    expect(await failure(fetching())).to.include("206");
  });

  it("stops at the piece's size and tries no longer", async () => {
    answer = (_request, response) => response.writeHead(200).end(new Uint8Array(BYTES.length + 1));
    expect(await failure(fetching())).to.include("more than the piece's 300000 bytes");
    expect(requests).to.have.length(1);
  });

  it("gives up after its tries without progress, and says what the source answered", async () => {
    answer = (_request, response) => response.writeHead(404).end();
    expect(await failure(fetching())).to.include("/a answered 404");
    expect(requests).to.have.length(3);
  });

  it("notices a source that ends early", async () => {
    answer = (request, response) => ranged(request, response).end();
    expect(await failure(fetching())).to.include("ended 300000 bytes before");
  });

  it("asks by priority, fallbacks last, with the headers given", async () => {
    answer = (request, response) =>
      request.headers.authorization === "Bearer two" ? response.end(BYTES) : response.writeHead(500).end();
    const url = (path: string, priority: number, fallback = false, headers = {}) => ({
      url: `${origin}/${path}`,
      headers,
      priority,
      fallback,
    });
    const urls = [url("f", 0, true, { Authorization: ["Bearer two"] }), url("b", 2), url("a", 1)];
    await fetching({ urls });
    expect(requests.map((request) => request.url)).to.deep.equal(["/a", "/b", "/f"]);
  });

  it("stops when told", async () => {
    const controller = new AbortController();
    answer = (request, response) => {
      ranged(request, response).write(BYTES.subarray(0, 10));
      controller.abort(new Error("the provider stopped"));
    };
    expect(await failure(fetching({ signal: controller.signal }))).to.equal("the provider stopped");
  });
});
