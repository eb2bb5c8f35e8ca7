import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  createHoldfastClient,
  delegatedSigner,
  depositWithPermitAndApproveOperatorSync,
  devnet as devnetChain,
  getAccount,
} from "@holdfast/sdk";
import { packDataset } from "@holdfast/sdk/node";
import { expect } from "chai";
import type { Kysely } from "kysely";
import { type Address, createPublicClient, http, maxUint256, type PublicClient, parseEther } from "viem";
import { quiet } from "../../test/quiet.ts";
import { type DealsConfig, parseDealsConfig } from "../config.ts";
import { openWatcherDatabase } from "../open-watcher-database.ts";
import { createChainReader } from "../runtime/chain-reader.ts";
import { systemClock } from "../runtime/clock.ts";
import type { RuntimeTables } from "../runtime/database.ts";
import { createEventLog } from "../runtime/event-log.ts";
import { exportLines } from "../runtime/export.ts";
import { noFault } from "../runtime/fault-point.ts";
import { createHeads } from "../runtime/heads.ts";
import { createMetrics } from "../runtime/metrics.ts";
import { createOutbox } from "../runtime/outbox.ts";
import { createDealsCapability } from "./capability.ts";
import { createLedger, type Payment } from "./ledger.ts";
import { dealsSources, ownEvents } from "./own-events.ts";
import type { DealsTables } from "./tables.ts";
import { verifyDeals } from "./verify.ts";
import { createDealsWatcher, type DealsWatcher, type Step } from "./watcher.ts";

describe("ledger and verification of deals on a devnet", function () {
  this.timeout(300_000);
  let folder: string;
  let devnet: Devnet;
  let client: PublicClient;
  let payer: Address;
  let db: Kysely<DealsTables>;
  let watcher: DealsWatcher;
  let config: DealsConfig;
  const open = async () => (await openWatcherDatabase(":memory:")) as Kysely<DealsTables>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-verify-"));
    devnet = await startDevnet({
      ...{ providers: 2, epochSeconds: 0.2, sealEpochs: 2n, folder: join(folder, "devnet") },
    });
    client = createPublicClient({
      chain: devnetChain,
      transport: http(devnet.rpcUrl),
      cacheTime: 0,
    }) as PublicClient;
    const { contracts, accounts, parameters } = devnet;
    payer = accounts.client.account.address;
    const holdfast = createHoldfastClient({
      ...{ chain: devnetChain, transport: http(devnet.rpcUrl), account: accounts.client.account },
    });
    await devnet.hurry(
      depositWithPermitAndApproveOperatorSync(holdfast, {
        ...{
          address: contracts.pay,
          token: contracts.usdfc,
          amount: parseEther("1000"),
          operator: contracts.deals,
        },
        ...{ rateAllowance: maxUint256, lockupAllowance: maxUint256, maxLockupPeriod: maxUint256 },
      }),
    );
    mkdirSync(join(folder, "source"));
    writeFileSync(join(folder, "source", "a.txt"), "some bytes ".repeat(30_000));
    const packed = await packDataset(join(folder, "source"), {
      outDir: join(folder, "cars"),
      maxPieceSize: 1 << 20,
    });
    db = await open();
    const { day, minDuration } = parameters;
    config = parseDealsConfig({
      contracts: {
        deals: contracts.deals,
        registry: contracts.registry,
        evidence: contracts.evidence,
        pay: contracts.pay,
      },
      policy: {
        ...{ dataset: packed.dataset, copies: 2, token: contracts.usdfc, maxRatePerTib: parseEther("1") },
        pieces: packed.pieces.map(({ cid, carPath }) => ({ cid, car: carPath })),
        ...{ duration: minDuration, sealingWindow: 2n * day, silentAfter: day, settleEvery: day },
        ...{ retryAfter: 2n, pollEvery: 2n },
      },
      sender: { confirmations: 0, stuckAfter: 100 },
    });
    watcher = await createDealsWatcher({
      ...{
        config,
        db,
        client,
        chainId: devnetChain.id,
        network: "testnet",
        account: accounts.client.account,
      },
      signer: delegatedSigner(accounts.client.privateKey),
      ...{ clock: systemClock, logger: quiet },
    });
    await until(({ state }) => activeIn(state).length === 2);
    const since = devnet.epoch();
    await until(({ state }) => state.epoch > since + 3n * day, 5n);
    await until(({ state }) => state.deals.every(({ settledUpTo }) => (settledUpTo ?? 0n) > since), 5n);
  });
  after(async () => {
    await watcher?.stop();
    await db?.destroy();
    await devnet?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const activeIn = ({ deals }: Step["state"]) =>
    deals.flatMap(({ copies }) => copies.filter(({ current }) => current === "Active"));
  async function until(wanted: (step: Step) => boolean, epochs = 2n): Promise<void> {
    for (let round = 0; round < 150; round++) {
      if (wanted(await watcher.step())) return;
      await devnet.advance(epochs);
    }
    throw new Error("not so after 150 rounds");
  }

  /** What a watcher on this database and this node would do now. */
  async function planOf(on: Kysely<DealsTables>, reader: PublicClient, head: bigint) {
    const { contracts, providerTimeoutMs, files, policy } = config;
    const outbox = createOutbox({
      ...{ db: on as unknown as Kysely<RuntimeTables>, clock: systemClock, fault: noFault },
    });
    const capability = await createDealsCapability({
      ...{ contracts, policies: [policy], files, confirmations: 0n, providerTimeoutMs, db: on, outbox },
      ...{ client: reader, chainId: devnetChain.id, network: "testnet", account: payer },
      signer: delegatedSigner(devnet.accounts.client.privateKey),
      ...{ clock: systemClock, logger: quiet, metrics: createMetrics(), randomBytes },
    });
    try {
      return await (capability.watchers[0] as (typeof capability.watchers)[number]).plan(head);
    } finally {
      await capability.close();
    }
  }

  /** Everything that the chain tells of the client's deals, up to now. */
  async function sync(target: Kysely<DealsTables>) {
    const runtime = target as unknown as Kysely<RuntimeTables>;
    const log = createEventLog(runtime);
    const reader = createChainReader({
      ...{ log, client, heads: createHeads({ client, depth: 0n, clock: systemClock }), logger: quiet },
      ...{ sources: dealsSources(devnet.contracts), from: 100_000n, keep: ownEvents(runtime, payer) },
    });
    await reader.poll();
    return log;
  }
  async function exported(log: ReturnType<typeof createEventLog>): Promise<Record<string, unknown>[]> {
    const lines: Record<string, unknown>[] = [];
    for await (const line of exportLines(log, createLedger())) lines.push(JSON.parse(line));
    return lines;
  }
  async function verified() {
    const fresh = await open();
    try {
      const runtime = db as unknown as Kysely<RuntimeTables>;
      return await verifyDeals({
        db: runtime,
        fresh: await sync(fresh),
        client,
        contracts: devnet.contracts,
      });
    } finally {
      await fresh.destroy();
    }
  }

  it("says of every payment what it was, when, and on which evidence: in all what Filecoin Pay took", async () => {
    const lines = await exported(await sync(db));
    const payments = lines.filter(
      ({ type, kind }) => type === "ledger" && kind !== "slash",
    ) as unknown as Payment[];
    expect(new Set(payments.map(({ kind }) => kind))).to.deep.equal(new Set(["one-time", "settlement"]));
    const gross = payments.reduce((sum, payment) => sum + BigInt(payment.gross), 0n);
    const { pay, usdfc } = devnet.contracts;
    const { funds } = await getAccount(client as never, { address: pay, token: usdfc, owner: payer });
    expect(gross).to.equal(parseEther("1000") - funds);
    for (const { kind, evidence, gross: all, toProvider, networkFee, settledUpTo } of payments) {
      expect(BigInt(all)).to.equal(BigInt(toProvider) + BigInt(networkFee));
      if (kind !== "settlement" || BigInt(all) === 0n) continue;
      expect(evidence.length).to.be.above(0);
      for (const { provenUntil } of evidence) expect(Number(provenUntil)).to.be.at.least(Number(settledUpTo));
    }
  });

  it("finds nothing to say about a database that is right", async () => {
    await sync(db);
    const { events, rails, intents, unchecked, differences } = await verified();
    expect(differences).to.deep.equal([]);
    expect(events).to.be.above(20);
    expect([rails, unchecked]).to.deep.equal([2, 0]);
    expect(intents).to.be.above(4);
  });

  it("finds an event that is missing, one too many, a payment that is another, and an intent without its transaction", async () => {
    await sync(db);
    const settled = await db.selectFrom("events").selectAll().where("event", "=", "RailSettled").execute();
    const [first, second] = settled as [(typeof settled)[0], (typeof settled)[0]];
    const at = ({ epoch, logIndex }: typeof first) => [`${epoch}:${logIndex}`] as const;
    await db
      .deleteFrom("events")
      .where("epoch", "=", first.epoch)
      .where("logIndex", "=", first.logIndex)
      .execute();
    await db
      .insertInto("events")
      .values({ ...first, logIndex: 9999 })
      .execute();
    await db
      .updateTable("events")
      .set({ args: second.args.replace(/\d/, "9") })
      .where("epoch", "=", second.epoch)
      .where("logIndex", "=", second.logIndex)
      .execute();
    const [done] = await db
      .selectFrom("intents")
      .selectAll()
      .where("state", "=", "done")
      .where("kind", "=", "propose")
      .execute();
    const result = String(done?.result).replace(/0x[0-9a-f]{8}/, "0x00000000");
    await db
      .updateTable("intents")
      .set({ result })
      .where("id", "=", done?.id as number)
      .execute();
    const { differences } = await verified();
    const what = differences.map((difference) => `${difference.about} ${difference.what}`);
    expect(what).to.include.members([
      ...[`event ${at(first)}`, `event ${first.epoch}:9999`, `event ${at(second)}`, `intent ${done?.key}`],
    ]);
    const intent = differences.find(({ about }) => about === "intent");
    expect(intent?.chain).to.equal("no receipt");
  });

  it("has all pending work from the contracts' state alone, when the logs of an outage are gone", async () => {
    await until(({ state, intents }) => state.open.length + intents.length === 0, 1n);
    // So long that, whenever it was settled last, a day is due: evidence holds a settlement back for two.
    await devnet.advance(3n * devnet.parameters.day);
    const asked: string[] = [];
    const silent = createPublicClient({
      ...{ chain: devnetChain, cacheTime: 0 },
      transport: http(devnet.rpcUrl, {
        retryCount: 0,
        onFetchRequest: async (_, { body }) => {
          asked.push(String(body));
          if (/eth_getLogs|ilter/.test(String(body))) throw new Error("no logs here");
        },
      }),
    }) as PublicClient;
    const head = await client.getBlockNumber();
    const empty = await open();
    const [known, recovered] = [await planOf(db, client, head), await planOf(empty, silent, head)];
    await empty.destroy();
    expect(recovered.intents).to.deep.equal(known.intents);
    const kinds = recovered.intents.map(({ kind }) => kind).sort();
    expect(kinds).to.deep.equal(["refresh", "refresh", "settle", "settle"]);
    expect(asked.length).to.be.above(5);
  });
});
