import { chmodSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { devnet as devnetChain } from "@holdfast/sdk";
import type { PackedPath } from "@holdfast/sdk/node";
import { openWatcherDatabase } from "@holdfast/watchers";
import { expect } from "chai";
import { createPublicClient, createWalletClient, http } from "viem";
import {
  ask,
  type DaemonBench,
  eventually,
  openDaemonBench,
  openSilentNode,
  PASSWORD,
  type Running,
  type SilentNode,
  TOKEN,
} from "../../watchers/test/daemon-bench.ts";

/** `holdfast-watch` as its operator has it: processes, signals, exit codes, HTTP. */
describe("holdfast-watch on a devnet", function () {
  this.timeout(240_000);
  let bench: DaemonBench;
  let first: PackedPath;
  let second: PackedPath;
  let silent: SilentNode;

  before(async () => {
    bench = await openDaemonBench();
    first = await bench.pack("first", "some bytes ".repeat(20_000));
    second = await bench.pack("second", "other bytes ".repeat(20_000));
    silent = await openSilentNode();
  });
  after(async () => {
    await silent.close();
    await bench[Symbol.asyncDispose]();
  });
  beforeEach(() => configure());

  function configure(change: Parameters<DaemonBench["configure"]>[0] = {}): void {
    bench.configure({ watchers: [bench.policy(first), bench.policy(second, { copies: 1 })], ...change });
  }

  async function running(env?: Record<string, string>): Promise<{ daemon: Running; url: string }> {
    const daemon = bench.start(["run"], env);
    const [, url] = await daemon.says(/"url":"(http[^"]+)"/);
    return { daemon, url: url as string };
  }

  async function stop({ child, ended }: Running): Promise<{ code: number | null; ms: number }> {
    const since = performance.now();
    child.kill("SIGTERM");
    const { code } = await ended;
    return { code, ms: performance.now() - since };
  }

  async function onDatabase(
    work: (db: Awaited<ReturnType<typeof openWatcherDatabase>>) => Promise<void>,
  ): Promise<void> {
    const db = await openWatcherDatabase(join(bench.folder, "watch.db"));
    try {
      await work(db);
    } finally {
      await db.destroy();
    }
  }

  /** With what is in the node's mempool. */
  const nonce = () =>
    createPublicClient({ transport: http(bench.devnet.rpcUrl) }).getTransactionCount({
      ...{ address: bench.devnet.accounts.client.account.address, blockTag: "pending" },
    });
  const proposals = async () =>
    (await bench.json(["intents", "--kind", "propose", "--limit", "1000"])).intents.length;

  it("says with --dry-run what it would do, sends nothing and leaves nothing behind", async () => {
    const before = await nonce();
    const { intents, failures } = await bench.json(["run", "--dry-run"]);
    expect(failures).to.deep.equal([]);
    expect(intents.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
      "propose",
      "propose",
      "propose",
    ]);
    expect(intents[0].call).to.match(
      /^0x[0-9a-fA-F]{40}\.propose\(\{"offerId":"\d+","version":1,"dataset":"0x/,
    );
    expect((await bench.call(["run", "--dry-run"])).stdout).to.match(/^deals:0x\w{8} {2}propose:/);
    expect(existsSync(join(bench.folder, "watch.db"))).to.equal(false);
    expect(await nonce()).to.equal(before);
  });

  it("has no status and no intents before the first run, and says so", async () => {
    for (const command of ["status", "intents"]) {
      const { code, stderr } = await bench.call([command]);
      expect(code).to.equal(1);
      expect(stderr).to.match(/There is no database .*watch\.db\.\nNext: holdfast-watch run/);
    }
  });

  it("keeps two datasets, refuses a second daemon, and ends with 0 on SIGTERM", async () => {
    const { daemon, url } = await running();
    await eventually("three active copies", async () => {
      const { text } = await ask(bench, `${url}/metrics`);
      return /holdfast_deals_copies\{state="Active"\} 3\b/.test(text) || undefined;
    });
    expect((await ask(bench, `${url}/health`)).status).to.equal(200);
    expect((await ask(bench, `${url}/ready`)).status).to.equal(200);

    for (const command of ["run", "drain"]) {
      const rival = await bench.call([command]);
      expect(rival.code).to.equal(1);
      expect(rival.stderr).to.contain(`in use by process ${daemon.child.pid} on`).and.to.contain(url);
    }

    const status = JSON.parse((await ask(bench, `${url}/status`)).text);
    expect(status).to.include({ ready: true, chainId: 31_415_926, parked: 0 });
    expect(Number(status.head)).to.be.greaterThan(0);
    expect(status.balanceFil).to.be.greaterThan(1);
    expect(status.watchers.map(({ name }: { name: string }) => name)).to.deep.equal([
      `deals:${first.dataset.slice(0, 10)}`,
      `deals:${second.dataset.slice(0, 10)}`,
    ]);
    expect((await bench.json(["status"])).daemon).to.deep.include({ ready: true });
    expect((await bench.call(["status"])).stdout).to.match(/version \d[^:]*: ready\nhead \d+, final \d+/);

    const { code, ms } = await stop(daemon);
    const sent = daemon
      .stderr()
      .split("\n")
      .filter((line) => line.includes("transaction sent"));
    expect(sent.length).to.be.at.least(3);
    for (const line of sent) expect(JSON.parse(line)).to.include.keys("intentId", "key", "txHash", "epoch");
    expect(code).to.equal(0);
    expect(ms).to.be.lessThan(10_000);
    expect((await bench.json(["status"], 2)).daemon).to.equal(null);
    expect(await proposals()).to.equal(3);
  });

  it("lists intents by state and kind, with their transactions", async () => {
    const { intents } = await bench.json(["intents", "--state", "done", "--kind", "propose"]);
    expect(intents).to.have.length(3);
    for (const { attempts, result } of intents) {
      expect(attempts.at(-1).hash).to.match(/^0x[0-9a-f]{64}$/);
      expect(result.hash).to.equal(attempts.at(-1).hash);
    }
    expect((await bench.call(["intents", "--kind", "propose"])).stdout).to.match(/^id +state +kind +key/);
  });

  it("exports what is final, twice the same bytes, and finds nothing to differ from the chain", async () => {
    const [one, two] = [join(bench.folder, "one.jsonl"), join(bench.folder, "two.jsonl")];
    const { lines, sha256 } = await bench.json(["export", "--output", one]);
    expect(await bench.json(["export", "--output", two])).to.include({ lines, sha256 });
    const text = readFileSync(one, "utf8");
    expect(text)
      .to.equal(readFileSync(two, "utf8"))
      .and.to.equal((await bench.call(["export"])).stdout);
    const events = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect(events.filter((name) => name === "DealProposed")).to.have.length(3);
    expect(events.filter((name) => name === "DealCopyActivated")).to.have.length(3);

    const found = await bench.json(["verify"]);
    expect(found.events).to.equal(events.filter((name) => name !== undefined).length);
    expect(found.intents).to.be.at.least(3);
    expect(found.differences).to.deep.equal([]);
    await onDatabase(async (db) => {
      const last = await db
        .selectFrom("events")
        .selectAll()
        .where("event", "=", "DealProposed")
        .executeTakeFirstOrThrow();
      const at = (write: typeof last.args) =>
        db
          .updateTable("events")
          .set({ args: write })
          .where("transactionHash", "=", last.transactionHash)
          .where("logIndex", "=", last.logIndex)
          .execute();
      await at(last.args.replace('"version":1', '"version":2'));
      const { differences } = await bench.json(["verify"], 2);
      expect(differences.map(({ about }: { about: string }) => about)).to.deep.equal(["event"]);
      await at(last.args);
    });
  });

  it("refuses to retry or skip what has ended, or does not exist", async () => {
    const [{ id }] = (await bench.json(["intents", "--state", "done"])).intents;
    for (const args of [
      ["retry", `${id}`],
      ["skip", `${id}`, "--reason", "because"],
      ["retry", "999999"],
    ]) {
      const { code, stderr } = await bench.call(args);
      expect(code).to.equal(1);
      expect(stderr).to.contain("\nNext: ");
    }
    expect((await bench.call(["skip", `${id}`])).code).to.equal(3);
    expect((await bench.call(["retry", "one"])).code).to.equal(3);
  });

  it("takes up after kill -9 at once, with nothing done twice", async () => {
    const { daemon } = await running();
    daemon.child.kill("SIGKILL");
    await daemon.ended;
    const since = performance.now();
    const again = await running();
    expect(performance.now() - since).to.be.lessThan(10_000);
    await eventually(
      "ready",
      async () => (await ask(bench, `${again.url}/ready`)).status === 200 || undefined,
    );
    expect((await stop(again.daemon)).code).to.equal(0);
    expect(await proposals()).to.equal(3);
  });

  it("drains to 0 when nothing is signed and not final", async () => {
    expect(await bench.json(["drain"])).to.include({ unsettled: 0 });
  });

  it("ends within 10 s when its node hangs, with 0; at once on a second signal, with 130", async () => {
    configure({ endpoints: [silent.url] });
    const patient = await running();
    await sleep(1_000);
    const { code, ms } = await stop(patient.daemon);
    expect(code).to.equal(0);
    expect(ms).to.be.lessThan(10_000);

    const hurried = await running();
    await sleep(1_000);
    hurried.daemon.child.kill("SIGTERM");
    await sleep(500);
    expect((await stop(hurried.daemon)).code).to.equal(130);
  });

  it("leaves what cannot be finished in time, with 2", async () => {
    await onDatabase(async (db) => {
      const { intentId } = await db
        .selectFrom("transactions")
        .select("intentId")
        .orderBy("nonce", "desc")
        .executeTakeFirstOrThrow();
      // As if its receipt had not been seen yet.
      const set = (live: 0 | 1) =>
        db.updateTable("transactions").set({ live }).where("intentId", "=", intentId);
      await set(1).execute();
      configure({ endpoints: [silent.url] });
      const since = performance.now();
      expect(await bench.json(["drain", "--timeout", "1"], 2)).to.include({ unsettled: 1 });
      expect(performance.now() - since).to.be.lessThan(15_000);
      await set(0).execute();
    });
  });

  describe("refuses with 3", () => {
    const refused = async (pattern: RegExp, args = ["run"], env?: Record<string, string>) => {
      const { code, stderr } = await bench.call(args, env);
      expect(stderr).to.match(pattern).and.to.contain("\nNext: ");
      expect(code).to.equal(3);
    };

    it("a configuration that is wrong, or not there", async () => {
      configure({ pollMs: 0, watchers: [] });
      await refused(/pollMs: .*\n.*watchers: /);
      await refused(/ENOENT/, ["run", "--config", join(bench.folder, "none.json")]);
      await refused(/HOLDFAST_WATCH_TYPO/, ["run"], { HOLDFAST_WATCH_TYPO: "1" });
    });

    it("another chain than the configuration's", async () => {
      configure({ chain: { ...bench.chain, id: 314_159 }, database: "other.db" });
      await refused(/its chain id is 31415926, not 314159/);
    });

    it("contracts that are not there", async () => {
      const { id, contracts } = bench.chain;
      const nowhere: `0x${string}` = `0x${"9".repeat(40)}`;
      configure({ chain: { id, contracts: { ...contracts, evidence: nowhere } }, database: "other.db" });
      await refused(/evidence has no code at 0x9+/);
    });

    it("the database of another account", async () => {
      const { privateKey } = bench.devnet.accounts.keeper;
      configure({ key: {} });
      await refused(/watch\.db: it belongs to /, ["run", "--insecure-dev"], {
        HOLDFAST_WATCH_INSECURE_KEY: privateKey,
      });
    });

    it("a bare key without --insecure-dev, and no key at all", async () => {
      const { privateKey } = bench.devnet.accounts.client;
      await refused(/holds a bare private key/, ["run"], { HOLDFAST_WATCH_INSECURE_KEY: privateKey });
      configure({ key: {} });
      await refused(/No key is configured/);
    });

    it("a keystore or password file that others may read, a wrong password, and no password", async () => {
      for (const name of ["client.json", "password"]) {
        chmodSync(join(bench.folder, name), 0o640);
        await refused(/mode 0?640: others may read it/);
        chmodSync(join(bench.folder, name), 0o600);
      }
      writeFileSync(join(bench.folder, "wrong"), `${PASSWORD}x\n`, { mode: 0o600 });
      configure({ key: { keystore: "client.json", passwordFile: "wrong" } });
      await refused(/The password does not open/);
      configure({ key: { keystore: "client.json" } });
      await refused(/nobody to ask for the password/);
    });

    it("to show itself to others without a token", async () => {
      configure({ http: { host: "0.0.0.0", port: 0 } });
      await refused(/0\.0\.0\.0 is not a loopback address/);
    });

    it("a flag or a command that does not exist", async () => {
      expect((await bench.call(["run", "--frob"])).code).to.equal(3);
      expect((await bench.call(["frob"])).code).to.equal(3);
    });
  });

  it("takes a token from a file, and shows itself to others with it", async () => {
    writeFileSync(join(bench.folder, "token"), `${TOKEN}\n`, { mode: 0o600 });
    configure({ http: { host: "0.0.0.0", port: 0, tokenFile: "token" } });
    const { daemon, url } = await running();
    const local = url.replace("0.0.0.0", "127.0.0.1");
    expect((await ask(bench, `${local}/status`)).status).to.equal(401);
    expect((await ask(bench, `${local}/status`, TOKEN)).status).to.equal(200);
    expect((await bench.json(["status"], 0)).daemon).to.include({ chainId: 31_415_926 });
    expect((await stop(daemon)).code).to.equal(0);
  });

  it("stops with 4 on a damaged database, and rebuilds it from the chain without a second deal", async () => {
    const before = await nonce();
    const sound = await bench.call(["rebuild"]);
    expect(sound.code).to.equal(1);
    expect(sound.stderr).to.match(/is not damaged/);

    truncateSync(join(bench.folder, "watch.db"), 5000);
    for (const command of ["run", "status"]) {
      const { code, stderr } = await bench.call([command]);
      expect(code).to.equal(4);
      expect(stderr).to.match(/watch\.db is damaged: .*\nNext: holdfast-watch rebuild/);
    }
    expect((await bench.call(["rebuild"])).stderr).to.match(/cannot be read .*\n?Next: .*--force/);
    const { aside } = await bench.json(["rebuild", "--force"]);
    expect(readdirSync(bench.folder)).to.include(aside.split("/").at(-1));

    const { daemon, url } = await running();
    await eventually("three active copies again", async () => {
      const { text } = await ask(bench, `${url}/metrics`);
      return /holdfast_deals_copies\{state="Active"\} 3\b/.test(text) || undefined;
    });
    expect((await stop(daemon)).code).to.equal(0);
    expect(await proposals()).to.equal(0);
    const sent = (await bench.json(["intents", "--limit", "1000"])).intents.filter(
      ({ attempts }: { attempts: unknown[] }) => attempts.length > 0,
    );
    expect(await nonce()).to.be.at.most(before + sent.length);
  });

  it("decides anew what an old copy of its database had decided, and does not carry it out", async () => {
    const epoch = Number(bench.devnet.epoch());
    await onDatabase(async (db) => {
      const subject = "poke:77:old";
      const row = { key: `${subject}:1`, subject, kind: "poke", version: 1e6, createdEpoch: epoch };
      await db
        .insertInto("intents")
        .values({ ...row, payload: '{"dealId":{"$bigint":"77"}}' })
        .execute();
    });
    const { account } = bench.devnet.accounts.client;
    const wallet = createWalletClient({ chain: devnetChain, transport: http(bench.devnet.rpcUrl), account });
    const hash = await wallet.sendTransaction({ to: account.address, value: 0n });
    await bench.devnet.hurry(bench.devnet.chain.client.waitForTransactionReceipt({ hash }));
    const { daemon, url } = await running();
    await eventually("ready", async () => (await ask(bench, `${url}/ready`)).status === 200 || undefined);
    expect((await stop(daemon)).code).to.equal(0);
    const { intents } = await bench.json(["intents", "--state", "skipped"]);
    const old = intents.find(({ key }: { key: string }) => key === "poke:77:old:1");
    expect(old?.error).to.match(/does not know of/);
    expect(old?.attempts).to.deep.equal([]);
  });

  it("has shown no key, password or token to anybody, in all of this", () => {
    const { privateKey } = bench.devnet.accounts.client;
    const said = bench.transcript.join("\n");
    expect(said.length).to.be.greaterThan(10_000);
    for (const secret of [
      privateKey.slice(2),
      bench.devnet.accounts.keeper.privateKey.slice(2),
      PASSWORD,
      TOKEN,
    ]) {
      expect(said.toLowerCase()).not.to.contain(secret.toLowerCase());
    }
  });
});
