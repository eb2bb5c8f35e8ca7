import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
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
  ProviderRefusedError,
  type ProviderRequestError,
  sealedDealRequest,
} from "@holdfast/sdk";
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

export const KEY = `0x${"42".repeat(32)}` as const;
export const CLIENT = privateKeyToAccount(KEY).address;
export const MARKET = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
export const BYTES = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31 + (index >> 9)) & 0xff);
export const PIECE = hashPiece(BYTES);

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

/** A provider anew for every test of a suite, with a client, and a source that serves what `serve` writes. */
export interface ProviderBench {
  folder: string;
  chain: MemoryChain;
  provider: Provider;
  market: Mk20Client;
  serve: (response: ServerResponse) => void;
  /** Starts the provider on its folder (again). */
  start(change?: Partial<ProviderOptions>): Promise<void>;
  request(identifier?: string): Mk20Deal;
  changed(change: (deal: Mk20Deal) => void): Mk20Deal;
  stateOf(identifier: string): Promise<{ status: string; errorMsg: string }>;
  reaches(identifier: string, state: string): Promise<void>;
  rejected<T extends ProviderRequestError>(
    work: Promise<unknown>,
    type: new (...given: never[]) => T,
  ): Promise<T>;
  /** The code with which a deal is refused. */
  refusal(deal: Mk20Deal): Promise<number>;
  admin(path: string, body?: unknown): Promise<Response>;
  /** A deal that is complete. */
  stored(): Promise<Mk20Deal>;
}

/** Registers the suite's hooks. What is a function may be taken out of the bench, the rest changes with every test. */
export function providerBench(): ProviderBench {
  let source: Server;
  let sourceUrl: string;

  const bench = {
    async start(change = {}) {
      const { folder, chain } = bench;
      const options = { folder, chain, contracts: [MARKET], provingPeriod: 10n, commitmentMargin: 7n };
      bench.provider = await startProvider({ ...options, sourceTries: 2, sourceRetryMs: 1, ...change });
      const { url: endpoint } = bench.provider;
      bench.market = createMk20Client({ endpoint, signer: delegatedSigner(KEY), timeoutMs: 2_000 });
    },
    request: (identifier = ulid()) =>
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
      }),
    changed(change) {
      const deal = bench.request();
      change(deal);
      return deal;
    },
    stateOf: async (identifier) => (await bench.market.dealStatus(identifier)).ddo_v1!,
    async reaches(identifier, state) {
      for (let tries = 0; tries < 200; tries++) {
        if ((await bench.stateOf(identifier)).status === state) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.equal((await bench.stateOf(identifier)).status, state);
    },
    async rejected(work, type) {
      const error = await work.then(
        () => assert.fail("it resolved"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof type, `${error}`);
      return error as InstanceType<typeof type>;
    },
    refusal: async (deal) => (await bench.rejected(bench.market.postDeal(deal), ProviderRefusedError)).code,
    admin: (path, body) =>
      fetch(`${bench.provider.adminUrl}${path}`, {
        method: "POST",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async stored() {
      const deal = bench.request();
      await bench.market.postDeal(deal);
      await bench.reaches(deal.identifier, "sealing");
      await bench.provider.onEpoch((bench.chain.now += 4n));
      await bench.reaches(deal.identifier, "complete");
      return deal;
    },
  } as ProviderBench;

  beforeEach(async () => {
    bench.folder = await mkdtemp(join(tmpdir(), "holdfast-provider-"));
    bench.chain = new MemoryChain();
    bench.serve = (response) => response.end(BYTES);
    source = createServer((_request, response) => bench.serve(response));
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    sourceUrl = `http://127.0.0.1:${(source.address() as AddressInfo).port}/piece.car`;
    await bench.start();
  });

  afterEach(async () => {
    await bench.provider.stop();
    source.closeAllConnections();
    source.close();
    await rm(bench.folder, { recursive: true });
  });

  return bench;
}
