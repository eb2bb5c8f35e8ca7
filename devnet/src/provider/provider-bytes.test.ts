import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createMk20Client,
  delegatedSigner,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnreachableError,
  secp256k1Signer,
} from "@holdfast/sdk";
import { expect } from "chai";
import { ulid } from "ulid";
import { BYTES, KEY, MARKET, PIECE, providerBench } from "./provider-bench.ts";

describe("a storage provider and its bytes", () => {
  const bench = providerBench();
  const { start, request, stateOf, reaches, rejected, refusal, admin, stored } = bench;

  describe("authentication", () => {
    it("refuses a request without, with a stale, or with another client's signature", async () => {
      const deal = await stored();
      expect((await fetch(`${bench.provider.url}/market/mk20/contracts`)).status).to.equal(401);
      const now = () => new Date(Date.now() - 3_600_000);
      const late = createMk20Client({ endpoint: bench.provider.url, signer: delegatedSigner(KEY), now });
      await rejected(late.contracts(), ProviderUnauthorizedError);
      const other = createMk20Client({
        endpoint: bench.provider.url,
        signer: delegatedSigner(`0x${"43".repeat(32)}`),
      });
      await rejected(other.dealStatus(deal.identifier), ProviderUnauthorizedError);
      expect(await other.contracts()).to.deep.equal([MARKET]);
      await rejected(bench.market.dealStatus(ulid()), ProviderUnauthorizedError);
    });

    it("accepts a secp256k1 wallet", async () => {
      const wallet = createMk20Client({ endpoint: bench.provider.url, signer: secp256k1Signer(KEY) });
      expect(await wallet.contracts()).to.deep.equal([MARKET]);
    });

    it("follows its allow and deny lists", async () => {
      const { client } = request();
      for (const [clients, allowed] of [
        [{ deny: [client] }, false],
        [{ denyUnknown: true }, false],
        [{ denyUnknown: true, allow: [client] }, true],
      ] as const) {
        await bench.provider.stop();
        await start({ clients });
        if (allowed) await bench.market.contracts();
        else await rejected(bench.market.contracts(), ProviderUnauthorizedError);
      }
    });
  });

  describe("retrieval", () => {
    const get = (range?: string, method = "GET") =>
      fetch(`${bench.provider.url}/piece/${PIECE.cid}`, { method, headers: range ? { range } : {} });
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
      expect((await fetch(`${bench.provider.url}/piece/bafkzcibnope`)).status).to.equal(404);
      await writeFile(join(bench.folder, "secret"), "x");
      expect((await fetch(`${bench.provider.url}/piece/..%2Fsecret`)).status).to.equal(404);
    });
  });

  describe("proving", () => {
    it("proves once a period; lost or changed bytes are faulty, restored ones recover", async () => {
      await stored();
      const state = async () => {
        await bench.provider.onEpoch((bench.chain.now += 10n));
        return bench.chain.sectors.get(1n)!.state;
      };
      expect(await state()).to.equal("active");
      await admin(`/pieces/${PIECE.cid}/corrupt`);
      await bench.provider.onEpoch((bench.chain.now += 9n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("active");
      await bench.provider.onEpoch((bench.chain.now += 1n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("faulty");
      await admin(`/pieces/${PIECE.cid}/restore`);
      expect(await state()).to.equal("active");
      await admin(`/pieces/${PIECE.cid}/drop`);
      expect(await state()).to.equal("faulty");
      expect((await fetch(`${bench.provider.url}/piece/${PIECE.cid}`)).status).to.equal(404);
      await admin(`/pieces/${PIECE.cid}/restore`);
      expect(await state()).to.equal("active");
    });

    it("leaves a terminated sector alone", async () => {
      await stored();
      expect((await admin("/sectors/1/terminate")).status).to.equal(200);
      await bench.provider.onEpoch((bench.chain.now += 10n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("dead");
    });
  });

  describe("faults on demand", () => {
    it("throttles as many requests as told", async () => {
      await admin("/faults", { throttle: 2, retryAfterSeconds: 3 });
      for (let count = 0; count < 2; count++) {
        expect((await rejected(bench.market.contracts(), ProviderThrottledError)).retryAfterMs).to.equal(
          3000,
        );
      }
      expect(await bench.market.contracts()).to.deep.equal([MARKET]);
    });

    it("goes silent, proves nothing, and comes back on its port", async () => {
      await stored();
      await admin("/faults", { silent: true });
      await rejected(bench.market.contracts(), ProviderUnreachableError);
      await bench.provider.corruptPiece(PIECE.cid);
      await bench.provider.onEpoch((bench.chain.now += 20n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("active");
      await admin("/faults", { silent: false });
      expect(await bench.market.contracts()).to.deep.equal([MARKET]);
      await bench.provider.onEpoch((bench.chain.now += 20n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("faulty");
    });

    it("never seals while told so", async () => {
      await admin("/faults", { neverSeal: true });
      const deal = request();
      await bench.market.postDeal(deal);
      await reaches(deal.identifier, "sealing");
      await bench.provider.onEpoch((bench.chain.now += 300n));
      expect((await stateOf(deal.identifier)).status).to.equal("sealing");
    });

    it("serves other bytes than it proves", async () => {
      await stored();
      await admin("/faults", { falseRetrieval: true });
      const served = new Uint8Array(
        await (await fetch(`${bench.provider.url}/piece/${PIECE.cid}`)).arrayBuffer(),
      );
      expect(served).to.have.length(BYTES.length);
      expect(served).to.not.deep.equal(BYTES);
      await bench.provider.onEpoch((bench.chain.now += 10n));
      expect(bench.chain.sectors.get(1n)!.state).to.equal("active");
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
});
