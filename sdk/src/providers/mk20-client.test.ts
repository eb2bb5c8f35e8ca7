import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { CurioAuthError, delegatedSigner, verifyCurioAuth } from "./curio-auth.ts";
import {
  ProviderAnswerMalformedError,
  ProviderFailedError,
  ProviderRefusedError,
  ProviderThrottledError,
  ProviderTimeoutError,
  ProviderUnauthorizedError,
  ProviderUnreachableError,
} from "./errors.ts";
import { fetchPieceRange } from "./fetch-piece.ts";
import { createMk20Client, type Mk20Client } from "./mk20-client.ts";

const signer = delegatedSigner(`0x${"42".repeat(32)}`);
const ID = "01JDG4Z5N2Q3R4S5T6V7W8X9Y0";

describe("the MK20 client", () => {
  let server: Server;
  let endpoint: string;
  let answer: RequestListener;
  let client: Mk20Client;

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createMk20Client({ endpoint, signer, timeoutMs: 300 });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const answering = (status: number, body = "", headers: Record<string, string> = {}) => {
    answer = (_request, response) => response.writeHead(status, headers).end(body);
  };

  async function rejected<T>(promise: Promise<unknown>, type: new (...given: never[]) => T): Promise<T> {
    const error = await promise.then(
      () => expect.fail("it resolved"),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(type);
    return error as T;
  }

  it("signs the path it asks for", async () => {
    answer = async (request, response) => {
      const by = await verifyCurioAuth(
        request.headers.authorization,
        "GET",
        `/market/mk20/status/${ID}`,
        new Date(),
      );
      response.end(
        JSON.stringify({ ddo_v1: { status: by.length === 22 ? "sealing" : "failed", errorMsg: "" } }),
      );
    };
    expect(await client.dealStatus(ID)).to.deep.equal({ ddo_v1: { status: "sealing", errorMsg: "" } });
  });

  it("signs anew, once, when a minute passed under way", async () => {
    const times = [new Date("2026-07-15T17:00:59Z")];
    const late = new Date("2026-07-15T17:01:00Z");
    client = createMk20Client({ endpoint, signer, now: () => times.shift() ?? late });
    let requests = 0;
    answer = async (request, response) => {
      requests++;
      const valid = await verifyCurioAuth(
        request.headers.authorization,
        "GET",
        "/market/mk20/contracts",
        late,
      ).then(
        () => true,
        (error) => !(error instanceof CurioAuthError),
      );
      response.writeHead(valid ? 200 : 401).end('{"contracts":null}');
    };
    expect(await client.contracts()).to.deep.equal([]);
    expect(requests).to.equal(2);
  });

  it("reports 401 when no minute passed", async () => {
    answering(401, "Unauthorized");
    const at = new Date("2026-07-15T17:00:10Z");
    client = createMk20Client({ endpoint, signer, now: () => at });
    expect((await rejected(client.products(), ProviderUnauthorizedError)).shortMessage).to.include(
      "Unauthorized",
    );
  });

  it("reads Retry-After in seconds, as a date, and its absence", async () => {
    answering(429, "Reason: backpressure", { "retry-after": "7" });
    expect((await rejected(client.products(), ProviderThrottledError)).retryAfterMs).to.equal(7000);
    answering(429, "", { "retry-after": new Date(Date.now() + 60_000).toUTCString() });
    expect((await rejected(client.products(), ProviderThrottledError)).retryAfterMs).to.be.within(
      50_000,
      60_000,
    );
    answering(429);
    expect((await rejected(client.products(), ProviderThrottledError)).retryAfterMs).to.equal(undefined);
  });

  it("names Curio's code and reason of a refusal", async () => {
    answering(426, "Reason: Deal rejected by market");
    const error = await rejected(
      client.postDeal({ identifier: ID, client: "t0", products: {} }),
      ProviderRefusedError,
    );
    expect(error.code).to.equal(426);
    expect(error.reason).to.equal("Deal rejected by market");
    expect(error.shortMessage).to.include("RejectedByMarket");
  });

  it("tells a failing provider from one that is gone, and from a slow one", async () => {
    answering(500, "Reason: ");
    expect((await rejected(client.sources(), ProviderFailedError)).code).to.equal(500);
    answer = () => undefined;
    expect((await rejected(client.sources(), ProviderTimeoutError)).timeoutMs).to.equal(300);
    answer = (request) => request.socket.destroy();
    await rejected(client.sources(), ProviderUnreachableError);
  });

  it("times out on a body that does not end", async () => {
    answer = (_request, response) => response.writeHead(200).write("{");
    await rejected(client.sources(), ProviderTimeoutError);
  });

  it("refuses answers that are no JSON, no list, no state, or endless", async () => {
    for (const body of ["<html>", '{"sources":[1]}', '{"sources":"http"}']) {
      answering(200, body);
      await rejected(client.sources(), ProviderAnswerMalformedError);
    }
    answering(200, '{"ddo_v1":{"status":"sealed"}}');
    await rejected(client.dealStatus(ID), ProviderAnswerMalformedError);
    answering(200, "[".repeat((1 << 20) + 1));
    await rejected(client.sources(), ProviderAnswerMalformedError);
  });

  it("follows no redirect: the signature is for this provider", async () => {
    answering(302, "", { location: "http://127.0.0.1:1/" });
    expect((await rejected(client.sources(), ProviderRefusedError)).code).to.equal(302);
  });

  it("takes exactly the piece range it asked for", async () => {
    const asked = { endpoint, pieceCid: "bafkz", from: 3, length: 4 };
    answer = (request, response) =>
      response
        .writeHead(request.headers.range === "bytes=3-6" ? 206 : 400, { "content-range": "bytes 3-6/9" })
        .end("3456");
    expect(new TextDecoder().decode(await fetchPieceRange(asked))).to.equal("3456");
    answering(200, "0123");
    await rejected(fetchPieceRange(asked), ProviderAnswerMalformedError);
    answering(206, "345", { "content-range": "bytes 3-5/9" });
    await rejected(fetchPieceRange(asked), ProviderAnswerMalformedError);
    answering(206, "34567", { "content-range": "bytes 3-7/9" });
    await rejected(fetchPieceRange(asked), ProviderAnswerMalformedError);
    answering(404, "no");
    expect((await rejected(fetchPieceRange(asked), ProviderRefusedError)).code).to.equal(404);
  });
});
