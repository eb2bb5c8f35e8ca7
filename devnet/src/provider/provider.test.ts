import { readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { type Mk20Deal, ProviderFailedError } from "@holdfast/sdk";
import { expect } from "chai";
import { BYTES, CLIENT, MARKET, PIECE, providerBench } from "./provider-bench.ts";

describe("a storage provider and its deals", () => {
  const bench = providerBench();
  const { start, request, changed, stateOf, reaches, rejected, refusal, stored } = bench;

  describe("taking deals", () => {
    it("lives from accepted through sealing to complete, and commits what the deal says", async () => {
      const asked = Promise.withResolvers<ServerResponse>();
      bench.serve = asked.resolve;
      const deal = request();
      await bench.market.postDeal(deal);
      const response = await asked.promise;
      expect((await stateOf(deal.identifier)).status).to.equal("processing");
      response.end(BYTES);
      await reaches(deal.identifier, "sealing");
      await bench.provider.onEpoch((bench.chain.now += 3n));
      expect((await stateOf(deal.identifier)).status).to.equal("sealing");
      expect(bench.chain.sectors.size).to.equal(0);
      await bench.provider.onEpoch((bench.chain.now += 1n));
      expect(await stateOf(deal.identifier)).to.deep.equal({ status: "complete", errorMsg: "" });
      expect([...bench.chain.sectors]).to.deep.equal([
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
      await bench.market.postDeal(request());
      const [view] = bench.chain.views;
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
      bench.chain.verdict = { kind: "rejected" };
      expect(await refusal(request())).to.equal(426);
      bench.chain.verdict = { kind: "deal-not-found" };
      expect(await refusal(request())).to.equal(426);
      bench.chain.verdict = { kind: "unsupported-version", version: 2n };
      expect(await refusal(request())).to.equal(440);
      bench.chain.verdict = { kind: "call-failed", reason: "no" };
      await rejected(bench.market.postDeal(request()), ProviderFailedError);
      expect(bench.provider.deals()).to.deep.equal([]);
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
      expect(bench.provider.deals()).to.deep.equal([]);
    });

    it("answers 500 to an identifier it has, and keeps the deal it has", async () => {
      const deal = request();
      await bench.market.postDeal(deal);
      expect((await rejected(bench.market.postDeal(deal), ProviderFailedError)).code).to.equal(500);
      await reaches(deal.identifier, "sealing");
    });

    it("refuses bytes that are another piece, and says so", async () => {
      bench.serve = (response) => response.end(BYTES.with(5, BYTES[5]! ^ 1));
      const deal = request();
      await bench.market.postDeal(deal);
      await reaches(deal.identifier, "failed");
      expect((await stateOf(deal.identifier)).errorMsg).to.include("piece CID mismatch");
      expect((await fetch(`${bench.provider.url}/piece/${PIECE.cid}`)).status).to.equal(404);
    });

    it("fails a deal whose source gives more bytes than the piece has, or none", async () => {
      const deals = [request(), request()];
      bench.serve = (response) => response.end(new Uint8Array(BYTES.length + 1));
      await bench.market.postDeal(deals[0]!);
      await reaches(deals[0]!.identifier, "failed");
      bench.serve = (response) => response.writeHead(404).end();
      await bench.market.postDeal(deals[1]!);
      await reaches(deals[1]!.identifier, "failed");
      expect((await stateOf(deals[1]!.identifier)).errorMsg).to.include("404");
    });

    it("fails a deal whose notification was refused", async () => {
      bench.chain.refuseCommit = "notifiee rejected";
      const deal = request();
      await bench.market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      await bench.provider.onEpoch((bench.chain.now += 4n));
      expect(await stateOf(deal.identifier)).to.deep.equal({
        status: "failed",
        errorMsg: "notifiee rejected",
      });
    });

    it("gives every deal a sector of its own", async () => {
      await stored();
      await stored();
      expect([...bench.chain.sectors.keys()]).to.deep.equal([1n, 2n]);
    });

    it("replaces nothing by an update", async () => {
      const deal = await stored();
      await bench.market.updateDeal(
        deal.identifier,
        changed((other) => (other.products.ddo_v1!.duration = 600_000)),
      );
      expect(bench.provider.deals()[0]!.deal).to.deep.equal(deal);
    });

    it("lists its products, sources and contracts", async () => {
      expect(await bench.market.products()).to.deep.equal(["ddo_v1", "retrieval_v1"]);
      expect(await bench.market.sources()).to.deep.equal(["http"]);
      expect(await bench.market.contracts()).to.deep.equal([MARKET]);
    });
  });

  describe("after a restart", () => {
    it("goes on with a download, a sealing and its sectors where they were", async () => {
      const sealed = await stored();
      bench.serve = (response) => response.writeHead(200).write(BYTES.subarray(0, 50_000));
      await bench.provider.dropPiece(PIECE.cid);
      const interrupted = request();
      await bench.market.postDeal(interrupted);
      await reaches(interrupted.identifier, "processing");
      await bench.provider.stop();
      bench.serve = (response) => response.end(BYTES);
      await start();
      expect((await stateOf(sealed.identifier)).status).to.equal("complete");
      await reaches(interrupted.identifier, "sealing");
      await bench.provider.stop();
      await start();
      expect((await stateOf(interrupted.identifier)).status).to.equal("sealing");
      await bench.provider.onEpoch((bench.chain.now += 4n));
      await reaches(interrupted.identifier, "complete");
      expect([...bench.chain.sectors.keys()]).to.deep.equal([1n, 2n]);
    });

    it("does not commit a sector twice when it died between message and record", async () => {
      const deal = request();
      await bench.market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      const file = join(bench.folder, "deals", `${deal.identifier}.json`);
      const before = await readFile(file, "utf8");
      await bench.provider.onEpoch((bench.chain.now += 4n));
      await bench.provider.stop();
      await writeFile(file, before);
      bench.chain.refuseCommit = "sector 1 is already committed";
      await start();
      await bench.provider.onEpoch(bench.chain.now);
      expect(await stateOf(deal.identifier)).to.deep.equal({ status: "complete", errorMsg: "" });
    });
  });
});
