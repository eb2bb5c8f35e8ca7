import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createHoldfastClient,
  createMk20Client,
  delegatedSigner,
  fetchPieceRange,
  type HoldfastClient,
  hashPiece,
  lookAtSector,
  type Mk20Client,
  type ProviderRefusedError,
  SectorLookError,
  sealedDealRequest,
} from "@holdfast/sdk";
import { expect } from "chai";
import { ulid } from "ulid";
import { type Abi, type Address, type Hex, http, maxUint256, parseEther, zeroHash } from "viem";
import { createSender, type Sender } from "./chain/messages.ts";
import { type Devnet, startDevnet } from "./main.ts";

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 13 + (index >> 10)) & 0xff);
const PIECE = hashPiece(BYTES);
const WINDOW = 120n;

describe("a devnet", function () {
  this.timeout(600_000);
  let devnet: Devnet;
  let source: Server;
  let sourceUrl: string;
  let client: Sender;
  let holdfast: HoldfastClient;
  let abis: Record<"deals" | "evidence" | "registry", Abi>;
  const failures: unknown[] = [];

  before(async () => {
    devnet = await startDevnet({ providers: 2, epochSeconds: 0.2, onError: (error) => failures.push(error) });
    const { chain, contracts, accounts } = devnet;
    abis = {
      deals: await chain.abiOf("IStorageDeals"),
      evidence: await chain.abiOf("ISectorEvidence"),
      registry: await chain.abiOf("IProviderRegistry"),
    };
    holdfast = createHoldfastClient({ chain: 31_415_926, transport: http(devnet.rpcUrl) });
    client = createSender(devnet.rpcUrl, accounts.client);
    const pay = { abi: await chain.abiOf("FilecoinPayDouble"), address: contracts.pay };
    const usdfc = { abi: await chain.abiOf("UsdfcDouble"), address: contracts.usdfc };
    const amount = parseEther("1000");
    await client.send({ ...usdfc, functionName: "approve", args: [contracts.pay, amount] });
    await client.send({ ...pay, functionName: "deposit", args: [contracts.usdfc, client.address, amount] });
    const approval = [contracts.usdfc, contracts.deals, true, maxUint256, maxUint256, maxUint256];
    await client.send({ ...pay, functionName: "setOperatorApproval", args: approval });
    source = createServer((_request, response) => response.end(BYTES));
    await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
    sourceUrl = `http://127.0.0.1:${(source.address() as AddressInfo).port}/piece.car`;
  });

  after(async () => {
    source.closeAllConnections();
    source.close();
    await devnet.stop();
    expect(existsSync(devnet.folder)).to.equal(false);
    await fetch(devnet.rpcUrl, { method: "POST" }).then(
      () => expect.fail("the RPC still answers"),
      () => undefined,
    );
    expect(failures).to.deep.equal([]);
  });

  const read = <T>(contract: keyof typeof abis, functionName: string, args: readonly unknown[]) =>
    devnet.chain.client.readContract({
      abi: abis[contract],
      address: devnet.contracts[contract],
      functionName,
      args,
    }) as Promise<T>;

  async function propose(index: number): Promise<{ copyId: bigint; sealBy: bigint; duration: bigint }> {
    const duration = devnet.parameters.minDuration;
    const proposal = {
      offerId: devnet.providers[index]!.offerId,
      version: 1,
      dataset: zeroHash,
      sealingWindow: WINDOW,
      duration,
      autoExtendUntil: 0n,
      autoExtendRateCap: 0n,
      pieces: [{ cid: PIECE.commitment, height: PIECE.height, padding: PIECE.padding }],
    };
    const deals = { abi: abis.deals, address: devnet.contracts.deals };
    const proposed = await client.send({ ...deals, functionName: "propose", args: [proposal] });
    const dealId = proposed.result as bigint;
    const { sealBy } = await read<{ sealBy: bigint }>("deals", "dealOf", [dealId]);
    return { copyId: dealId << 8n, sealBy, duration };
  }

  const marketOf = (index: number): Mk20Client =>
    createMk20Client({
      endpoint: devnet.providers[index]!.url,
      signer: delegatedSigner(devnet.accounts.client.privateKey),
    });

  const request = (index: number, deal: { copyId: bigint; sealBy: bigint; duration: bigint }) =>
    sealedDealRequest({
      identifier: ulid(),
      client: client.address,
      network: "testnet",
      provider: devnet.providers[index]!.minerId,
      pieceCid: PIECE.cid,
      urls: [sourceUrl],
      market: devnet.contracts.deals,
      ...deal,
    });

  async function store(index: number): Promise<{ copyId: bigint; sector: bigint }> {
    const deal = await propose(index);
    const asked = request(index, deal);
    await marketOf(index).postDeal(asked);
    for (let tries = 0; tries < 100; tries++) {
      const { status, errorMsg } = (await marketOf(index).dealStatus(asked.identifier)).ddo_v1!;
      if (status === "failed") expect.fail(errorMsg);
      if (status === "complete") break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const stored = devnet.providers[index]!.deals().find((one) => one.deal.identifier === asked.identifier)!;
    expect(stored.state).to.equal("complete");
    return { copyId: deal.copyId, sector: BigInt(stored.sector!) };
  }

  const copyState = (copyId: bigint) => read<number>("deals", "stateOf", [copyId]);
  const [ACTIVE, FAULTY] = [2, 3];

  async function keep(functionName: "refresh" | "report", index: number, sector: bigint): Promise<void> {
    const { minerId } = devnet.providers[index]!;
    const { location } = await lookAtSector(holdfast, { miner: minerId, sector });
    const args = functionName === "refresh" ? [minerId, [sector], [location]] : [minerId, sector, location];
    await client.send({ abi: abis.evidence, address: devnet.contracts.evidence, functionName, args });
  }

  it("is a Filecoin devnet whose epochs are 30 s apart", async () => {
    const { client: reader } = devnet.chain;
    expect(await reader.getChainId()).to.equal(31_415_926);
    const before = await reader.getBlock();
    expect((await devnet.advance(500)) >= before.number + 500n).to.equal(true);
    const after = await reader.getBlock();
    expect(after.timestamp - before.timestamp).to.equal(30n * (after.number - before.number));
  });

  it("has providers whose offers name where they listen", async () => {
    for (const { offerId, minerId, url } of devnet.providers) {
      const [provider, version, paused, , terms] = await read<
        [bigint, number, boolean, bigint, { endpoint: string; token: Address }]
      >("registry", "offerOf", [offerId]);
      expect([provider, version, paused]).to.deep.equal([minerId, 1, false]);
      expect([terms.endpoint, terms.token]).to.deep.equal([url, devnet.contracts.usdfc]);
    }
  });

  it("refuses deals that the market contract does not know so", async () => {
    const deal = await propose(0);
    const codeOf = (change: Partial<typeof deal>) =>
      marketOf(0)
        .postDeal(request(0, { ...deal, ...change }))
        .then(
          () => 200,
          (error: ProviderRefusedError) => error.code,
        );
    expect(await codeOf({ copyId: deal.copyId + (999n << 8n) })).to.equal(426);
    expect(await codeOf({ sealBy: deal.sealBy + 1n })).to.equal(426);
    expect(await codeOf({ duration: deal.duration + 1n })).to.equal(426);
    expect(await codeOf({ duration: deal.duration - 1n })).to.equal(441);
  });

  it("stores a piece: sealed, notified, active on chain, and served", async () => {
    const { copyId, sector } = await store(0);
    expect(await copyState(copyId)).to.equal(ACTIVE);
    const copy = await read<{ sector: bigint }>("deals", "copyOf", [copyId]);
    expect(copy.sector).to.equal(sector);
    const range = { endpoint: devnet.providers[0]!.url, pieceCid: PIECE.cid, from: 1000, length: 500 };
    expect(await fetchPieceRange(range)).to.deep.equal(BYTES.slice(1000, 1500));
  });

  it("shows lost bytes as a fault of the sector, and restored ones as its recovery", async () => {
    const { copyId, sector } = await store(0);
    await devnet.providers[0]!.dropPiece(PIECE.cid);
    await devnet.advance(devnet.parameters.provingPeriod);
    await keep("report", 0, sector);
    expect(await copyState(copyId)).to.equal(FAULTY);
    await devnet.providers[0]!.restorePiece(PIECE.cid);
    await devnet.advance(devnet.parameters.provingPeriod);
    await keep("refresh", 0, sector);
    expect(await copyState(copyId)).to.equal(ACTIVE);
  });

  it("answers Filecoin.StateCall, so that anyone sees where and how a sector is", async () => {
    const { sector } = await store(1);
    const miner = devnet.providers[1]!.minerId;
    const look = await lookAtSector(holdfast, { miner, sector });
    expect(look).to.deep.include({
      status: "Active",
      location: `0x82${(Number(sector) - 1).toString(16).padStart(2, "0")}00`,
    });
    expect(look.expiration > BigInt(devnet.epoch()) + devnet.parameters.minDuration).to.equal(true);
    const absent = await lookAtSector(holdfast, { miner, sector: 0n });
    expect(absent).to.deep.equal({ status: "Dead", location: "0x822020", expiration: 0n });
    await devnet.chain.miners[1]!.terminateSectors([sector]);
    expect((await lookAtSector(holdfast, { miner, sector })).status).to.equal("Dead");
    const failure = await lookAtSector(holdfast, { miner: 5n, sector }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(SectorLookError);
    expect((failure as SectorLookError).exitCode).to.equal(22);
  });

  it("ends the deadlines of a provider that went silent, and takes it back", async () => {
    const { sector } = await store(1);
    const miner = devnet.chain.miners[1]!;
    await devnet.advance(10n * devnet.parameters.provingPeriod);
    expect(await miner.sectorState(sector)).to.equal("active");
    await devnet.providers[1]!.setFaults({ silent: true });
    await devnet.advance(3n * devnet.parameters.provingPeriod);
    expect(await miner.sectorState(sector)).to.equal("faulty");
    await devnet.providers[1]!.setFaults({ silent: false });
    await devnet.advance(devnet.parameters.provingPeriod);
    expect(await miner.sectorState(sector)).to.equal("active");
  });

  it("keeps a provider's offer, port and sectors over a restart", async () => {
    const { sector } = await store(1);
    const { offerId, url } = devnet.providers[1]!;
    const restarted = await devnet.restartProvider(1);
    expect([restarted.offerId, restarted.url]).to.deep.equal([offerId, url]);
    await devnet.advance(3n * devnet.parameters.provingPeriod);
    expect(await devnet.chain.miners[1]!.sectorState(sector)).to.equal("active");
  });

  it("answers reverts as Lotus does: code 3, with the data", async () => {
    const call = { to: devnet.contracts.deals, data: `0xee84880d${"ff".repeat(32)}` as Hex };
    const body = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [call, "latest"] };
    const answer = await fetch(devnet.rpcUrl, { method: "POST", body: JSON.stringify(body) });
    const { error } = (await answer.json()) as { error: { code: number; data: Hex } };
    expect(error.code).to.equal(3);
    expect(error.data).to.match(/^0x[0-9a-f]{8}f{64}$/);
  });
});
