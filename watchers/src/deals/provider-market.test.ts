import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delegatedSigner, hashPiece, LAYER_BYTES } from "@holdfast/sdk";
import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import { manualClock } from "../../test/manual-clock.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { createProviderMarket, type Submit } from "./provider-market.ts";
import { createSampler } from "./retrieval.ts";
import { ulidOf } from "./ulid.ts";

describe("a provider that", () => {
  const key = `0x${"11".repeat(32)}` as const;
  const clock = manualClock();
  const bytes = Uint8Array.from(
    { length: 3 * LAYER_BYTES + 500 },
    (_, index) => (index * 7 + (index >> 9)) & 0xff,
  );
  const piece = hashPiece(bytes);
  let server: Server | undefined;
  let endpoint: string;
  let requests: string[];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function provider(listener: RequestListener): Promise<void> {
    requests = [];
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.split("/").slice(0, 4).join("/")}`);
      listener(request, response);
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const market = () =>
    createProviderMarket({
      ...{ client: privateKeyToAccount(key).address, signer: delegatedSigner(key), network: "testnet" },
      ...{ market: `0x${"22".repeat(20)}`, timeoutMs: 200, clock, urlsOf: () => ["http://127.0.0.1/a.car"] },
    });
  const submit = (head = 5n) => {
    const ulid = ulidOf(clock.now(), "copy");
    const payload: Submit = {
      ...{
        copyId: 256n,
        provider: 1000n,
        endpoint,
        pieceCid: piece.cid,
        sealBy: 100n,
        duration: 10n,
        until: 10n,
        ulid,
      },
    };
    return market().submit(payload, head);
  };
  const STATUS = "GET /market/mk20/status";
  const DEAL = "POST /market/mk20/deal";

  it("knows nothing of the deal is sent it, once", async () => {
    await provider((request, response) => response.writeHead(request.method === "GET" ? 401 : 200).end());
    expect((await submit()).outcome).to.equal("done");
    expect(requests).to.deep.equal([STATUS, DEAL]);
  });

  it("has the deal from before a crash is not sent it again", async () => {
    await provider((_, response) =>
      response.end(JSON.stringify({ ddo_v1: { status: "sealing", errorMsg: "" } })),
    );
    expect((await submit()).outcome).to.equal("done");
    expect(requests).to.deep.equal([STATUS]);
  });

  it("refuses is asked no more, and its reason is kept", async () => {
    await provider((request, response) =>
      request.method === "GET"
        ? response.writeHead(404).end()
        : response.writeHead(426).end("Reason: not our market"),
    );
    expect(await submit())
      .to.include({ outcome: "refused" })
      .and.have.property("reason")
      .that.matches(/426.*not our market/);
  });

  it("does not allow the client refuses, although it answers the same to unknown deals", async () => {
    await provider((_, response) => response.writeHead(401).end("Unauthorized"));
    expect((await submit()).outcome).to.equal("refused");
    expect(requests).to.deep.equal([STATUS, DEAL]);
  });

  it("throttles is left alone for as long as it asks", async () => {
    await provider((_, response) => response.writeHead(429, { "retry-after": "7" }).end());
    expect(await submit()).to.include({ outcome: "retry", afterMs: 7000 });
    const asked = market();
    expect(await asked.status(endpoint, "x")).to.equal("silent");
    expect(await asked.status(endpoint, "x")).to.equal("silent");
    expect(requests).to.have.length(2);
    clock.advance(7000);
    await asked.status(endpoint, "x");
    expect(requests).to.have.length(3);
  });

  for (const [what, listener] of Object.entries<RequestListener>({
    "answers too slowly": (_, response) => void setTimeout(() => response.end("{}"), 1000),
    fails: (_, response) => response.writeHead(500).end(),
    "answers nonsense": (_, response) => response.end("<html>"),
    "hangs up": (request) => request.socket.destroy(),
    "answers without end": (_, response) => void response.write("x".repeat(3 << 20)),
  })) {
    it(`${what} is tried again`, async () => {
      await provider(listener);
      expect((await submit()).outcome).to.equal("retry");
      expect(await market().status(endpoint, "x")).to.equal("silent");
    });
  }

  it("is dead is tried again, until the attempt is given up", async () => {
    await provider(() => {});
    server?.close();
    expect((await submit(10n)).outcome).to.equal("retry");
    expect((await submit(11n)).outcome).to.equal("refused");
  });

  describe("is asked for bytes and", () => {
    const range = /^bytes=(\d+)-(\d+)$/;
    const serve =
      (change: (part: Uint8Array) => Uint8Array): RequestListener =>
      (request, response) => {
        const [, from, to] = (range.exec(request.headers.range ?? "") ?? []).map(Number) as [
          number,
          number,
          number,
        ];
        response.writeHead(206, { "content-range": `bytes ${from}-${to}/${bytes.length}` });
        response.end(change(bytes.slice(from, to + 1)));
      };
    const sample = async (layer: Uint8Array | undefined = piece.layer) => {
      const db = await openWatcherDatabase(":memory:");
      let draws = 0;
      const take = createSampler({
        ...{ db, timeoutMs: 500, layerOf: async () => layer },
        randomBytes: (length) => new Uint8Array(length).fill(draws++),
      });
      const outcomes = [];
      for (let round = 0; round < 8; round++) {
        outcomes.push(await take({ copyId: 1n, provider: 1000n, endpoint, pieceCid: piece.cid }, 9n));
      }
      const rows = await db.selectFrom("retrievals").selectAll().execute();
      await db.destroy();
      return { outcomes, rows };
    };

    it("has them passes, whichever are drawn", async () => {
      await provider(serve((part) => part));
      const { rows } = await sample();
      expect(rows.map(({ passed }) => passed)).to.deep.equal(Array(8).fill(1));
      expect(new Set(rows.map(({ detail }) => detail)).size).to.be.at.least(3);
      expect(rows[0]).to.include({ copyId: "1", provider: "1000", epoch: 9 });
    });

    for (const [what, change, detail] of [
      [
        "gives others",
        (part: Uint8Array) => part.with(part.length - 1, (part.at(-1) as number) ^ 1),
        /not the piece's/,
      ],
      ["gives fewer", (part: Uint8Array) => part.slice(1), /has \d+ of \d+ bytes/],
    ] as const) {
      it(`${what} is recorded as failing`, async () => {
        await provider(serve(change));
        const { rows, outcomes } = await sample();
        expect(rows.every(({ passed }) => passed === 0)).to.equal(true);
        expect(rows[0]?.detail).to.match(detail);
        expect(outcomes.every(({ outcome }) => outcome === "done")).to.equal(true);
      });
    }

    it("throttles is not recorded as failing", async () => {
      await provider((_, response) => response.writeHead(429).end());
      const { rows, outcomes } = await sample();
      expect(rows).to.deep.equal([]);
      expect(outcomes[0]?.outcome).to.equal("retry");
    });

    it("is dead is recorded as failing", async () => {
      await provider(() => {});
      server?.close();
      const { rows } = await sample();
      expect(rows).to.have.length(8);
      expect(rows.every(({ passed }) => passed === 0)).to.equal(true);
    });
  });
});

describe("ulidOf", () => {
  it("has the time first and follows from the name", () => {
    expect(ulidOf(0, "a")).to.match(/^0000000000[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(ulidOf(1_469_918_176_385, "a").slice(0, 10)).to.equal("01ARYZ6S41");
    expect(ulidOf(5, "a")).to.equal(ulidOf(5, "a"));
    expect(ulidOf(5, "a")).not.to.equal(ulidOf(5, "b"));
  });
});
