import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createMk20Client,
  delegatedSigner,
  hashPiece,
  type Mk20Client,
  type Mk20Deal,
  ProviderFailedError,
  ProviderRefusedError,
  type ProviderRequestError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnreachableError,
  sealedDealRequest,
  secp256k1Signer,
} from "@holdfast/sdk";
import { expect } from "chai";
import { ulid } from "ulid";
import { privateKeyToAccount } from "viem/accounts";
import { type Provider, type ProviderOptions, startProvider } from "./provider.ts";
import type {
  CurioDealView,
  MarketVerdict,
  ProviderChain,
  SectorPiece,
  SectorState,
} from "./provider-chain.ts";

const KEY = `0x${"42".repeat(32)}` as const;
const CLIENT = privateKeyToAccount(KEY).address;
const MARKET = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const BYTES = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31 + (index >> 9)) & 0xff);
const PIECE = hashPiece(BYTES);

/** One miner's chain in memory: the wire is under test here, the chain elsewhere. */
class MemoryChain implements ProviderChain {
  readonly minerId = 1000n;
  readonly sectorSize = 1n << 35n;
  now = 100n;
  verdict: MarketVerdict = { kind: "verified" };
  views: CurioDealView[] = [];
  sectors = new Map<bigint, { state: SectorState; commitment: bigint; pieces: SectorPiece[] }>();
  refuseCommit: string | undefined;
  epoch = async () => this.now;
  actorExists = async (account: string) => account.toLowerCase() === MARKET.toLowerCase();
  async verifyDeal(_market: string, view: CurioDealView) {
    this.views.push(view);
    return this.verdict;
  }
  async commitSector(sector: bigint, commitment: bigint, pieces: SectorPiece[]) {
    if (this.refuseCommit) throw new Error(this.refuseCommit);
    this.sectors.set(sector, { state: "active", commitment, pieces });
  }
  sectorState = async (sector: bigint) => this.sectors.get(sector)?.state ?? "absent";
  async submitProof(proven: bigint[], faulty: bigint[]) {
    for (const sector of proven) this.sectors.get(sector)!.state = "active";
    for (const sector of faulty) this.sectors.get(sector)!.state = "faulty";
  }
  async terminateSectors(sectors: bigint[]) {
    for (const sector of sectors) this.sectors.get(sector)!.state = "dead";
  }
}

describe("a storage provider", () => {
  let folder: string;
  let chain: MemoryChain;
  let provider: Provider;
  let market: Mk20Client;
  let source: Server;
  let sourceUrl: string;
  let serve: (response: ServerResponse) => void;

  const start = async (change: Partial<ProviderOptions> = {}) => {
    const options = { folder, chain, contracts: [MARKET], provingPeriod: 10n, commitmentMargin: 7n };
    provider = await startProvider({ ...options, sourceTries: 2, sourceRetryMs: 1, ...change });
    market = createMk20Client({ endpoint: provider.url, signer: delegatedSigner(KEY), timeoutMs: 2_000 });
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-provider-"));
    chain = new MemoryChain();
    serve = (response) => response.end(BYTES);
    source = createServer((_request, response) => serve(response));
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    sourceUrl = `http://127.0.0.1:${(source.address() as AddressInfo).port}/piece.car`;
    await start();
  });

  afterEach(async () => {
    await provider.stop();
    source.closeAllConnections();
    source.close();
    await rm(folder, { recursive: true });
  });

  const request = (identifier = ulid()): Mk20Deal =>
    sealedDealRequest({
      identifier,
      client: CLIENT,
      network: "testnet",
      provider: 1000n,
      pieceCid: PIECE.cid,
      urls: [sourceUrl],
      market: MARKET,
      copyId: 257n,
      sealBy: 500n,
      duration: 518_400n,
    });
  const changed = (change: (deal: Mk20Deal) => void) => {
    const deal = request();
    change(deal);
    return deal;
  };
  const stateOf = async (identifier: string) => (await market.dealStatus(identifier)).ddo_v1!;
  async function reaches(identifier: string, state: string): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if ((await stateOf(identifier)).status === state) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await stateOf(identifier)).status).to.equal(state);
  }
  async function rejected<T extends ProviderRequestError>(
    work: Promise<unknown>,
    type: new (...given: never[]) => T,
  ) {
    const error = await work.then(
      () => expect.fail("it resolved"),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(type);
    return error as T;
  }
  const refusal = async (deal: Mk20Deal) =>
    (await rejected(market.postDeal(deal), ProviderRefusedError)).code;
  const admin = (path: string, body?: unknown) =>
    fetch(`${provider.adminUrl}${path}`, {
      method: "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  async function stored(): Promise<Mk20Deal> {
    const deal = request();
    await market.postDeal(deal);
    await reaches(deal.identifier, "sealing");
    await provider.onEpoch((chain.now += 4n));
    await reaches(deal.identifier, "complete");
    return deal;
  }

  describe("taking deals", () => {
    it("lives from accepted through sealing to complete, and commits what the deal says", async () => {
      const asked = Promise.withResolvers<ServerResponse>();
      serve = asked.resolve;
      const deal = request();
      await market.postDeal(deal);
      const response = await asked.promise;
      expect((await stateOf(deal.identifier)).status).to.equal("processing");
      response.end(BYTES);
      await reaches(deal.identifier, "sealing");
      await provider.onEpoch((chain.now += 3n));
      expect((await stateOf(deal.identifier)).status).to.equal("sealing");
      expect(chain.sectors.size).to.equal(0);
      await provider.onEpoch((chain.now += 1n));
      expect(await stateOf(deal.identifier)).to.deep.equal({ status: "complete", errorMsg: "" });
      expect([...chain.sectors]).to.deep.equal([
        [
          1n,
          {
            state: "active",
            commitment: 500n + 518_400n + 7n,
            pieces: [
              {
                commitment: PIECE.commitment,
                paddedSize: BigInt(PIECE.paddedSize),
                notify: [
                  {
                    address: `0x040a${MARKET.slice(2).toLowerCase()}`,
                    payload: `0x${257n.toString(16).padStart(64, "0")}`,
                  },
                ],
              },
            ],
          },
        ],
      ]);
    });

    it("asks the market exactly what Curio asks", async () => {
      await market.postDeal(request());
      const [view] = chain.views;
      expect(view).to.deep.include({
        dealId: 257n,
        state: 0,
        providerActorId: 1000n,
        clientId: `0x040a${CLIENT.slice(2).toLowerCase()}`,
        startEpoch: 500n,
        duration: 518_400n,
        allocationId: 0n,
        finalizedEpoch: 0n,
      });
      expect(view!.pieceCidV2).to.match(/^0x01559120/);
    });

    it("passes on how the market answered, with Curio's codes", async () => {
      chain.verdict = { kind: "rejected" };
      expect(await refusal(request())).to.equal(426);
      chain.verdict = { kind: "deal-not-found" };
      expect(await refusal(request())).to.equal(426);
      chain.verdict = { kind: "unsupported-version", version: 2n };
      expect(await refusal(request())).to.equal(440);
      chain.verdict = { kind: "call-failed", reason: "no" };
      await rejected(market.postDeal(request()), ProviderFailedError);
      expect(provider.deals()).to.deep.equal([]);
    });

    it("refuses what Curio refuses, with its codes", async () => {
      const cases: [number, (deal: Mk20Deal) => void][] = [
        [441, (deal) => (deal.products.ddo_v1!.duration = 518_399)],
        [400, (deal) => (deal.client = deal.client.replace("t410", "f410"))],
        [400, (deal) => (deal.products.ddo_v1!.provider = "t01001")],
        [400, (deal) => (deal.products.ddo_v1!.provider = "1000")],
        [400, (deal) => (deal.products.ddo_v1!.start_epoch = 103)],
        [400, (deal) => (deal.products.ddo_v1!.market_address = MARKET.toLowerCase())],
        [400, (deal) => (deal.products.ddo_v1!.notification_address = "t01234")],
        [400, (deal) => (deal.products.ddo_v1!.allocation_id = 5)],
        [400, (deal) => (deal.identifier = "not-a-ulid")],
        [400, (deal) => delete deal.data],
        [400, (deal) => (deal.data!.format = {})],
        [400, (deal) => (deal.data!.format = { car: {}, raw: {} })],
        [400, (deal) => (deal.data!.piece_cid["/"] = "bafkqaaa")],
        [400, (deal) => (deal.data!.source_http!.urls[0]!.url = "ftp://127.0.0.1/")],
        [
          422,
          (deal) =>
            (deal.data = {
              piece_cid: deal.data!.piece_cid,
              format: { car: {} },
              source_offline: {},
            } as never),
        ],
        [424, (deal) => (deal.products.pdp_v1 = {})],
        [425, (deal) => (deal.products.ddo_v1!.start_epoch = 0)],
        [425, (deal) => (deal.products.ddo_v1!.market_address = "5FbD")],
        [425, (deal) => (deal.products.ddo_v1!.market_deal_id = null)],
        [425, (deal) => (deal.products.ddo_v1!.notification_payload = "")],
        [425, (deal) => delete deal.products.retrieval_v1],
        [425, (deal) => (deal.products.retrieval_v1!.announce_piece = true)],
        [
          425,
          (deal) =>
            (deal.products.retrieval_v1 = { indexing: false, announce_payload: true, announce_piece: false }),
        ],
        [425, (deal) => (deal.products = {})],
        [430, (deal) => (deal.data!.source_http!.urls = [])],
        [430, (deal) => (deal.data!.source_http!.urls = Array(11).fill(deal.data!.source_http!.urls[0]))],
      ];
      for (const [code, change] of cases) expect(await refusal(changed(change)), `${change}`).to.equal(code);
      expect(provider.deals()).to.deep.equal([]);
    });

    it("answers 500 to an identifier it has, and keeps the deal it has", async () => {
      const deal = request();
      await market.postDeal(deal);
      expect((await rejected(market.postDeal(deal), ProviderFailedError)).code).to.equal(500);
      await reaches(deal.identifier, "sealing");
    });

    it("refuses bytes that are another piece, and says so", async () => {
      serve = (response) => response.end(BYTES.with(5, BYTES[5]! ^ 1));
      const deal = request();
      await market.postDeal(deal);
      await reaches(deal.identifier, "failed");
      expect((await stateOf(deal.identifier)).errorMsg).to.include("piece CID mismatch");
      expect((await fetch(`${provider.url}/piece/${PIECE.cid}`)).status).to.equal(404);
    });

    it("fails a deal whose source gives more bytes than the piece has, or none", async () => {
      const deals = [request(), request()];
      serve = (response) => response.end(new Uint8Array(BYTES.length + 1));
      await market.postDeal(deals[0]!);
      await reaches(deals[0]!.identifier, "failed");
      serve = (response) => response.writeHead(404).end();
      await market.postDeal(deals[1]!);
      await reaches(deals[1]!.identifier, "failed");
      expect((await stateOf(deals[1]!.identifier)).errorMsg).to.include("404");
    });

    it("fails a deal whose notification was refused", async () => {
      chain.refuseCommit = "notifiee rejected";
      const deal = request();
      await market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      await provider.onEpoch((chain.now += 4n));
      expect(await stateOf(deal.identifier)).to.deep.equal({
        status: "failed",
        errorMsg: "notifiee rejected",
      });
    });

    it("gives every deal a sector of its own", async () => {
      await stored();
      await stored();
      expect([...chain.sectors.keys()]).to.deep.equal([1n, 2n]);
    });

    it("replaces nothing by an update", async () => {
      const deal = await stored();
      await market.updateDeal(
        deal.identifier,
        changed((other) => (other.products.ddo_v1!.duration = 600_000)),
      );
      expect(provider.deals()[0]!.deal).to.deep.equal(deal);
    });

    it("lists its products, sources and contracts", async () => {
      expect(await market.products()).to.deep.equal(["ddo_v1", "retrieval_v1"]);
      expect(await market.sources()).to.deep.equal(["http"]);
      expect(await market.contracts()).to.deep.equal([MARKET]);
    });
  });

  describe("authentication", () => {
    it("refuses a request without, with a stale, or with another client's signature", async () => {
      const deal = await stored();
      expect((await fetch(`${provider.url}/market/mk20/contracts`)).status).to.equal(401);
      const now = () => new Date(Date.now() - 3_600_000);
      const late = createMk20Client({ endpoint: provider.url, signer: delegatedSigner(KEY), now });
      await rejected(late.contracts(), ProviderUnauthorizedError);
      const other = createMk20Client({
        endpoint: provider.url,
        signer: delegatedSigner(`0x${"43".repeat(32)}`),
      });
      await rejected(other.dealStatus(deal.identifier), ProviderUnauthorizedError);
      expect(await other.contracts()).to.deep.equal([MARKET]);
      await rejected(market.dealStatus(ulid()), ProviderUnauthorizedError);
    });

    it("accepts a secp256k1 wallet", async () => {
      const wallet = createMk20Client({ endpoint: provider.url, signer: secp256k1Signer(KEY) });
      expect(await wallet.contracts()).to.deep.equal([MARKET]);
    });

    it("follows its allow and deny lists", async () => {
      const { client } = request();
      for (const [clients, allowed] of [
        [{ deny: [client] }, false],
        [{ denyUnknown: true }, false],
        [{ denyUnknown: true, allow: [client] }, true],
      ] as const) {
        await provider.stop();
        await start({ clients });
        if (allowed) await market.contracts();
        else await rejected(market.contracts(), ProviderUnauthorizedError);
      }
    });
  });

  describe("retrieval", () => {
    const get = (range?: string, method = "GET") =>
      fetch(`${provider.url}/piece/${PIECE.cid}`, { method, headers: range ? { range } : {} });
    const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());

    it("serves a whole piece and its ranges", async () => {
      await stored();
      const whole = await get();
      expect(whole.status).to.equal(200);
      expect(whole.headers.get("content-length")).to.equal(`${BYTES.length}`);
      expect(await bytes(whole)).to.deep.equal(BYTES);
      for (const [range, from, to] of [
        ["bytes=0-0", 0, 0],
        ["bytes=100-1099", 100, 1099],
        ["bytes=199990-", 199_990, 199_999],
        ["bytes=-10", 199_990, 199_999],
        ["bytes=199990-900000", 199_990, 199_999],
      ] as const) {
        const part = await get(range);
        expect(part.status, range).to.equal(206);
        expect(part.headers.get("content-range")).to.equal(`bytes ${from}-${to}/200000`);
        expect(await bytes(part)).to.deep.equal(BYTES.slice(from, to + 1));
      }
      for (const range of ["bytes=200000-", "bytes=-0"]) {
        const none = await get(range);
        expect(none.status, range).to.equal(416);
        expect(none.headers.get("content-range")).to.equal("bytes */200000");
      }
      expect((await get("bytes=9-3")).status).to.equal(200);
    });

    it("answers HEAD without a body, and 404 for what it lacks or cannot be a piece", async () => {
      await stored();
      const head = await get(undefined, "HEAD");
      expect(head.status).to.equal(200);
      expect(head.headers.get("content-length")).to.equal("200000");
      expect(head.headers.get("accept-ranges")).to.equal("bytes");
      expect(await bytes(head)).to.have.length(0);
      expect((await fetch(`${provider.url}/piece/bafkzcibnope`)).status).to.equal(404);
      await writeFile(join(folder, "secret"), "x");
      expect((await fetch(`${provider.url}/piece/..%2Fsecret`)).status).to.equal(404);
    });
  });

  describe("proving", () => {
    it("proves once a period; lost or changed bytes are faulty, restored ones recover", async () => {
      await stored();
      const state = async () => {
        await provider.onEpoch((chain.now += 10n));
        return chain.sectors.get(1n)!.state;
      };
      expect(await state()).to.equal("active");
      await admin(`/pieces/${PIECE.cid}/corrupt`);
      await provider.onEpoch((chain.now += 9n));
      expect(chain.sectors.get(1n)!.state).to.equal("active");
      await provider.onEpoch((chain.now += 1n));
      expect(chain.sectors.get(1n)!.state).to.equal("faulty");
      await admin(`/pieces/${PIECE.cid}/restore`);
      expect(await state()).to.equal("active");
      await admin(`/pieces/${PIECE.cid}/drop`);
      expect(await state()).to.equal("faulty");
      expect((await fetch(`${provider.url}/piece/${PIECE.cid}`)).status).to.equal(404);
      await admin(`/pieces/${PIECE.cid}/restore`);
      expect(await state()).to.equal("active");
    });

    it("leaves a terminated sector alone", async () => {
      await stored();
      expect((await admin("/sectors/1/terminate")).status).to.equal(200);
      await provider.onEpoch((chain.now += 10n));
      expect(chain.sectors.get(1n)!.state).to.equal("dead");
    });
  });

  describe("faults on demand", () => {
    it("throttles as many requests as told", async () => {
      await admin("/faults", { throttle: 2, retryAfterSeconds: 3 });
      for (let count = 0; count < 2; count++) {
        expect((await rejected(market.contracts(), ProviderThrottledError)).retryAfterMs).to.equal(3000);
      }
      expect(await market.contracts()).to.deep.equal([MARKET]);
    });

    it("goes silent, proves nothing, and comes back on its port", async () => {
      await stored();
      await admin("/faults", { silent: true });
      await rejected(market.contracts(), ProviderUnreachableError);
      await provider.corruptPiece(PIECE.cid);
      await provider.onEpoch((chain.now += 20n));
      expect(chain.sectors.get(1n)!.state).to.equal("active");
      await admin("/faults", { silent: false });
      expect(await market.contracts()).to.deep.equal([MARKET]);
      await provider.onEpoch((chain.now += 20n));
      expect(chain.sectors.get(1n)!.state).to.equal("faulty");
    });

    it("never seals while told so", async () => {
      await admin("/faults", { neverSeal: true });
      const deal = request();
      await market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      await provider.onEpoch((chain.now += 300n));
      expect((await stateOf(deal.identifier)).status).to.equal("sealing");
    });

    it("serves other bytes than it proves", async () => {
      await stored();
      await admin("/faults", { falseRetrieval: true });
      const served = new Uint8Array(await (await fetch(`${provider.url}/piece/${PIECE.cid}`)).arrayBuffer());
      expect(served).to.have.length(BYTES.length);
      expect(served).to.not.deep.equal(BYTES);
      await provider.onEpoch((chain.now += 10n));
      expect(chain.sectors.get(1n)!.state).to.equal("active");
    });

    it("answers late, and refuses deals", async () => {
      await admin("/faults", { slowMs: 300, refuseDeals: true });
      const before = Date.now();
      expect(await refusal(request())).to.equal(400);
      expect(Date.now() - before).to.be.at.least(295);
    });

    it("knows no other faults", async () => {
      for (const body of [{ haunted: true }, { silent: 1 }, { slowMs: -1 }, null]) {
        expect((await admin("/faults", body)).status).to.equal(400);
      }
      expect((await admin("/pieces/bafkzother/drop")).status).to.equal(404);
    });
  });

  describe("after a restart", () => {
    it("goes on with a download, a sealing and its sectors where they were", async () => {
      const sealed = await stored();
      serve = (response) => response.writeHead(200).write(BYTES.subarray(0, 50_000));
      await provider.dropPiece(PIECE.cid);
      const interrupted = request();
      await market.postDeal(interrupted);
      await reaches(interrupted.identifier, "processing");
      await provider.stop();
      serve = (response) => response.end(BYTES);
      await start();
      expect((await stateOf(sealed.identifier)).status).to.equal("complete");
      await reaches(interrupted.identifier, "sealing");
      await provider.stop();
      await start();
      expect((await stateOf(interrupted.identifier)).status).to.equal("sealing");
      await provider.onEpoch((chain.now += 4n));
      await reaches(interrupted.identifier, "complete");
      expect([...chain.sectors.keys()]).to.deep.equal([1n, 2n]);
    });

    it("does not commit a sector twice when it died between message and record", async () => {
      const deal = request();
      await market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      const file = join(folder, "deals", `${deal.identifier}.json`);
      const before = await readFile(file, "utf8");
      await provider.onEpoch((chain.now += 4n));
      await provider.stop();
      await writeFile(file, before);
      chain.refuseCommit = "sector 1 is already committed";
      await start();
      await provider.onEpoch(chain.now);
      expect(await stateOf(deal.identifier)).to.deep.equal({ status: "complete", errorMsg: "" });
    });
  });
});
