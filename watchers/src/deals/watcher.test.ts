import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import { delegatedSigner, devnet as devnetChain } from "@holdfast/sdk";
import { type PackedPath, packDataset } from "@holdfast/sdk/node";
import { expect } from "chai";
import {
  type Abi,
  type Address,
  createPublicClient,
  createWalletClient,
  http,
  maxUint256,
  type PublicClient,
  parseEther,
} from "viem";
import { quiet } from "../../test/quiet.ts";
import { type DealsConfigInput, parseDealsConfig } from "../config.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { systemClock } from "../runtime/clock.ts";
import { FAULT_POINTS, type Fault, type FaultPoint } from "../runtime/fault-point.ts";
import { startFileServer } from "../runtime/file-server.ts";
import type { Copy, CopyState, Deal, DealIntent } from "./state.ts";
import { createDealsWatcher, type DealsEvent, type DealsWatcher, type Step } from "./watcher.ts";

/** Kill -9, as far as one process can do it to itself. */
class Crash extends Error {}

describe("deals watcher on a devnet", function () {
  this.timeout(300_000);
  let folder: string;
  let devnet: Devnet;
  let client: PublicClient;
  let packed: PackedPath;
  let filesPort: number;
  const failures: unknown[] = [];
  let running: { watcher: DealsWatcher; end(): Promise<void> } | undefined;
  let events: DealsEvent[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-watcher-"));
    const probe = await startFileServer({ files: new Map() });
    filesPort = Number(new URL(probe.url).port);
    await probe.close();
    devnet = await startDevnet({
      ...{ providers: 3, epochSeconds: 0.2, sealEpochs: 2n, folder: join(folder, "devnet") },
      onError: (error) => failures.push(error),
      lotus: { seed: "watcher", nullRounds: 0.1 },
    });
    client = createPublicClient({
      chain: devnetChain,
      transport: http(devnet.rpcUrl),
      pollingInterval: 50,
    }) as PublicClient;
    const { chain, contracts, accounts } = devnet;
    const wallet = createWalletClient({
      ...{ chain: devnetChain, transport: http(devnet.rpcUrl), account: accounts.client.account },
    });
    const send = async (address: Address, abi: Abi, functionName: string, args: unknown[]) => {
      const hash = await wallet.writeContract({ address, abi, functionName, args });
      await devnet.hurry(client.waitForTransactionReceipt({ hash }));
    };
    const amount = parseEther("100000");
    const pay = await chain.abiOf("FilecoinPayDouble");
    await send(contracts.usdfc, await chain.abiOf("UsdfcDouble"), "approve", [contracts.pay, amount]);
    await send(contracts.pay, pay, "deposit", [contracts.usdfc, wallet.account.address, amount]);
    const approval = [contracts.usdfc, contracts.deals, true, maxUint256, maxUint256, maxUint256];
    await send(contracts.pay, pay, "setOperatorApproval", approval);
  });

  after(async () => {
    await devnet.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(failures).to.deep.equal([]);
  });

  let test = 0;
  beforeEach(async () => {
    // Other bytes in every test, so that pieces and datasets are its own.
    test++;
    const source = join(folder, `source-${test}`);
    mkdirSync(source);
    writeFileSync(join(source, "a.txt"), `${test}: ${"some bytes ".repeat(30_000)}`);
    packed = await packDataset(source, { outDir: join(folder, `cars-${test}`), maxPieceSize: 1 << 20 });
    events = [];
    await Promise.all(devnet.providers.map((provider) => provider.setFaults({})));
  });
  afterEach(async () => {
    await running?.end();
    running = undefined;
    for (const provider of devnet.providers) {
      await provider.setFaults({
        silent: false,
        neverSeal: false,
        refuseDeals: false,
        falseRetrieval: false,
      });
    }
  });

  async function start(change: Partial<DealsConfigInput["policy"]> = {}, fault?: Fault) {
    const { contracts, accounts, parameters } = devnet;
    const { deals, registry, evidence, pay } = contracts;
    const day = parameters.day;
    const config = parseDealsConfig({
      contracts: { deals, registry, evidence, pay },
      policy: {
        ...{ dataset: packed.dataset, copies: 2, token: contracts.usdfc, maxRatePerTib: parseEther("1") },
        pieces: packed.pieces.map(({ cid, carPath, layerPath }) => ({ cid, car: carPath, layer: layerPath })),
        ...{ duration: parameters.minDuration, sealingWindow: 2n * day, silentAfter: day, settleEvery: day },
        ...{ sampleEvery: day, exclusion: 100n * day, renewBefore: 10n * day, retryAfter: 2n, pollEvery: 2n },
        ...change,
      },
      sender: { confirmations: 0, stuckAfter: 100 },
      // The same after a restart: providers hold URLs of it.
      files: { port: filesPort },
      providerTimeoutMs: 500,
    } satisfies DealsConfigInput);
    const db = await openWatcherDatabase(join(folder, `watcher-${test}.db`));
    const watcher = await createDealsWatcher({
      ...{ config, db, client, chainId: devnetChain.id, network: "testnet" },
      account: accounts.client.account,
      signer: delegatedSigner(accounts.client.privateKey),
      ...{ clock: systemClock, logger: quiet, onEvent: (event: DealsEvent) => void events.push(event) },
      ...(fault === undefined ? {} : { fault }),
    });
    const end = async () => {
      await watcher.stop();
      await db.destroy();
    };
    running = { watcher, end };
    return watcher;
  }

  const copiesOf = ({ state }: Step): { deal: Deal; copy: Copy }[] =>
    state.deals.flatMap((deal) => deal.copies.map((copy) => ({ deal, copy })));
  const inState = (step: Step, state: CopyState) =>
    copiesOf(step).filter(({ copy }) => copy.current === state);
  const providerOf = (minerId: bigint) => devnet.providers.find((provider) => provider.minerId === minerId)!;
  const decided = (kind: DealIntent["kind"]) =>
    events.flatMap((event) =>
      event.type === "decided" ? event.intents.filter((intent) => intent.kind === kind) : [],
    );

  /** Steps, while a few epochs pass at a time, until it is as wanted. */
  async function until(
    watcher: DealsWatcher,
    wanted: (step: Step) => boolean,
    epochs = 2n,
    rounds = 120,
  ): Promise<Step> {
    for (let round = 0; round < rounds; round++) {
      const step = await watcher.step();
      if (wanted(step)) return step;
      await (epochs === 0n ? systemClock.sleep(100) : devnet.advance(epochs));
    }
    const said = events.filter(({ type }) => type !== "decided" && type !== "alert").slice(-12);
    throw new Error(
      `not so after ${rounds} rounds: ${JSON.stringify(said, (_, v) => (typeof v === "bigint" ? `${v}` : v))}`,
    );
  }

  it("stores a dataset with two providers, keeps it proven and pays, and is idle in between", async () => {
    const watcher = await start();
    const stored = await until(watcher, (step) => inState(step, "Active").length === 2);
    const holders = inState(stored, "Active").map(({ deal }) => deal.provider);
    expect(new Set(holders).size).to.equal(2);
    expect(holders).to.have.members(devnet.providers.slice(0, 2).map(({ minerId }) => minerId));
    const { day, freshness } = devnet.parameters;
    const since = stored.state.epoch;
    await until(watcher, ({ state }) => state.epoch > since + 5n * day, 5n);
    const last = await watcher.step();
    for (const { copy } of inState(last, "Active")) {
      expect(last.state.epoch - (copy.evidence?.provenUntil as bigint) < freshness).to.equal(true);
      expect(copy.sampledEpoch).to.be.a("bigint");
      expect(copy.sampleFailures).to.deep.equal([]);
    }
    expect(last.state.deals.every(({ settledUpTo }) => (settledUpTo as bigint) > since)).to.equal(true);
    expect(decided("propose")).to.have.length(2);
    expect(decided("submit")).to.have.length(2);
    expect(last.alerts).to.deep.equal([]);
  });

  it("goes to the next provider when one refuses, and when one takes the deal and falls silent", async () => {
    await devnet.providers[0]!.setFaults({ refuseDeals: true });
    const watcher = await start({ copies: 1 });
    await until(watcher, () => decided("propose").length === 2);
    await devnet.providers[1]!.setFaults({ silent: true });
    const stored = await until(watcher, (step) => inState(step, "Active").length === 1, 5n);
    expect(inState(stored, "Active")[0]?.deal.provider).to.equal(devnet.providers[2]!.minerId);
    expect(decided("propose")).to.have.length(3);
  });

  it("goes to the next provider when one never seals: its proposal expires, nobody is slashed", async () => {
    await devnet.providers[0]!.setFaults({ neverSeal: true });
    const watcher = await start({ copies: 1 });
    const stored = await until(watcher, (step) => inState(step, "Active").length === 1, 6n);
    expect(inState(stored, "Active")[0]?.deal.provider).to.equal(devnet.providers[1]!.minerId);
    await until(watcher, (step) => copiesOf(step).some(({ copy }) => copy.stored === "Expired"));
  });

  it("proves a loss on chain, until the copy fails, and has it replaced", async () => {
    const watcher = await start({ copies: 1 });
    const stored = await until(watcher, (step) => inState(step, "Active").length === 1);
    const holder = providerOf(inState(stored, "Active")[0]!.deal.provider);
    for (const { cid } of packed.pieces) await holder.dropPiece(cid);
    const failed = await until(watcher, (step) => inState(step, "Failed").length === 1, 10n);
    expect(decided("report").length).to.be.at.least(3);
    const copy = inState(failed, "Failed")[0]?.copy as Copy;
    expect(copy.evidence?.last).to.equal("Faulty");
    const replaced = await until(watcher, (step) => inState(step, "Active").length === 1);
    expect(inState(replaced, "Active")[0]?.deal.provider).not.to.equal(holder.minerId);
    const ended = copiesOf(replaced).find((known) => known.copy.copyId === copy.copyId);
    expect(ended?.copy.stored).to.equal("Failed");
  });

  it("records a provider that serves other bytes than it was given, and leaves the proven copy alone", async () => {
    const watcher = await start({ copies: 1 });
    const stored = await until(watcher, (step) => inState(step, "Active").length === 1);
    await providerOf(inState(stored, "Active")[0]!.deal.provider).setFaults({ falseRetrieval: true });
    const caught = await until(
      watcher,
      (step) => copiesOf(step).some(({ copy }) => copy.sampleFailures.length > 0),
      10n,
    );
    expect(inState(caught, "Active")).to.have.length(1);
    expect(decided("propose")).to.have.length(1);
  });

  it("waits as long as a throttling provider asks", async () => {
    await devnet.providers[0]!.setFaults({ throttle: 2, retryAfterSeconds: 1 });
    const watcher = await start({ copies: 1 });
    // Epochs pass by the clock only: the provider asks for seconds.
    const stored = await until(watcher, (step) => inState(step, "Active").length === 1, 0n);
    expect(inState(stored, "Active")[0]?.deal.provider).to.equal(devnet.providers[0]!.minerId);
    expect(decided("propose")).to.have.length(1);
  });

  it("makes one deal and one submission a copy, wherever it crashes on the way", async () => {
    const passed = new Set<FaultPoint>();
    // A life for every point that a first deal passes: it dies there once.
    const mortal: Fault = (point) => {
      if (passed.has(point)) return;
      passed.add(point);
      throw new Crash(point);
    };
    let step: Step | undefined;
    for (let life = 0; life < 60 && (step === undefined || inState(step, "Active").length < 2); life++) {
      const watcher = await start({}, mortal);
      try {
        step = await until(watcher, (known) => inState(known, "Active").length === 2);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        await running?.end();
      }
    }
    expect([...passed].sort()).to.deep.equal(
      FAULT_POINTS.filter((point) => !/replace|observe/.test(point)).sort(),
    );
    expect(step && copiesOf(step)).to.have.length(2 * packed.pieces.length);
    for (const { minerId } of devnet.providers.slice(0, 2)) {
      const mine = providerOf(minerId)
        .deals()
        .filter(({ deal }) => deal.data?.piece_cid["/"] === packed.pieces[0]?.cid);
      expect(mine).to.have.length(1);
    }
  });
});
