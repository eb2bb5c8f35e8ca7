import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  chains,
  createHoldfastClient,
  getAccountIfSettled,
  getBond,
  getOfferCount,
  type HoldfastClient,
} from "@holdfast/sdk";
import { readKeystore } from "@holdfast/sdk/node";
import { expect } from "chai";
import { type Address, formatEther, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createTaskRunner, type TaskRunner } from "../test/support/task-runner.ts";

/** What `devnet --json` says. */
interface DevnetDescription {
  rpcUrl: string;
  contracts: { deals: Address; registry: Address; pay: Address; usdfc: Address };
  providers: { miner: string; offer: string; url: string }[];
  testAccounts: { name: string; key: number; address: Address; privateKey: Hex }[];
}

/** Stands in the endpoint's URL, as an API key does: nothing may repeat it. */
const TOKEN = "t0k3n-of-the-endpoint";
const PASSWORD = "a password that nobody sees";
const IMPORTED = `0x${"8d".repeat(32)}` as const;

describe("the tasks, in processes of their own on a devnet", function () {
  this.timeout(600_000);
  let tasks: TaskRunner;
  let devnet: ChildProcess;
  let chain: DevnetDescription;
  let client: HoldfastClient;
  let cars: string;
  let server: Server;
  let carsUrl: string;
  const account = (name: string) => chain.testAccounts.find((one) => one.name === name)!;
  const miner = () => chain.providers[0]!.miner;

  before(async () => {
    tasks = await createTaskRunner();
    devnet = tasks.start(["devnet", "--json", "--port", "0", "--providers", "2"]);
    devnet.stderr!.resume();
    chain = JSON.parse(await firstObject(devnet));
    tasks.env.HOLDFAST_DEVNET_RPC_URL = `${chain.rpcUrl}/?key=${TOKEN}`;
    client = createHoldfastClient({ chain: chains.devnet, transport: http(chain.rpcUrl) });
    const source = join(tasks.home, "source");
    await mkdir(join(source, "below"), { recursive: true });
    await writeFile(join(source, "a.txt"), "one file\n");
    await writeFile(join(source, "below", "b.bin"), new Uint8Array(50_000).fill(7));
    cars = join(tasks.home, "cars");
    server = createServer((request, response) => {
      createReadStream(join(cars, basename(request.url!)))
        .on("error", () => response.writeHead(404).end())
        .pipe(response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    carsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server?.close();
    if (devnet?.exitCode === null) {
      devnet.kill("SIGINT");
      await once(devnet, "exit");
    }
    await tasks?.[Symbol.asyncDispose]();
  });

  /** What a write could change: the sender's next nonce and everybody's money. */
  async function stateOf(who: Address) {
    const { registry, pay, usdfc } = chain.contracts;
    const [nonce, account, bond, offers] = await Promise.all([
      client.getTransactionCount({ address: who }),
      getAccountIfSettled(client, { address: pay, token: usdfc, owner: chain.testAccounts[0]!.address }),
      getBond(client, { address: registry, provider: BigInt(miner().slice(2)) }),
      getOfferCount(client, { address: registry }),
    ]);
    return {
      nonce,
      currentFunds: account.currentFunds,
      posted: bond.posted,
      unbonding: bond.unbonding,
      offers,
    };
  }

  /** Runs a write with --dry-run, and sees that it changes nothing; then without. */
  async function dryThenWet<T = Record<string, unknown>>(
    args: string[],
    sender = account("client"),
  ): Promise<T> {
    const keyed = [...args, "--key", `${sender.key}`];
    const before = await stateOf(sender.address);
    const dry = await tasks.json<{
      dryRun: boolean;
      calls: { function: string; data: string }[];
      costs: object;
    }>([...keyed, "--dry-run"]);
    expect(dry.dryRun).to.equal(true);
    expect(dry.calls).to.not.be.empty;
    for (const { data } of dry.calls) expect(data).to.match(/^0x[0-9a-f]{8}/);
    expect(dry.costs).to.have.nested.property("fil.gasAtMost");
    expect(await stateOf(sender.address), "what --dry-run left").to.deep.equal(before);
    const wet = await tasks.json<T & { transactions: { hash: string }[] }>(keyed);
    expect(wet.transactions).to.have.length(dry.calls.length);
    expect(await client.getTransactionCount({ address: sender.address })).to.equal(
      before.nonce + dry.calls.length,
    );
    return wet;
  }

  describe("dataset", () => {
    it("packs, verifies and unpacks", async () => {
      const source = join(tasks.home, "source");
      const packed = await tasks.json<{ dataset: string; files: number; pieces: { cid: string }[] }>([
        ...["dataset", "pack", source, "--out", cars],
      ]);
      expect(packed.files).to.equal(2);
      const verified = await tasks.json(["dataset", "verify", cars]);
      expect(verified).to.deep.include({ ok: true, dataset: packed.dataset });
      const output = join(tasks.home, "unpacked");
      const unpacked = await tasks.json(["dataset", "unpack", cars, output]);
      expect(unpacked).to.deep.include({ files: 2, bytes: 50_009 });
      expect(await readFile(join(output, "a.txt"), "utf8")).to.equal("one file\n");
    });

    it("says which block is damaged, and what to do", async () => {
      const broken = join(tasks.home, "broken");
      await mkdir(broken);
      for (const name of await readdir(cars)) {
        const bytes = await readFile(join(cars, name));
        if (name.startsWith("baf") && name.endsWith(".car")) bytes[bytes.length - 5]! ^= 1;
        await writeFile(join(broken, name), bytes);
      }
      const { error } = await tasks.json<{ error: { name: string; next: string } }>(
        ["dataset", "verify", broken],
        {
          code: 1,
        },
      );
      expect(error.name).to.equal("CarBlockCorruptError");
      expect(error.next).to.be.a("string");
    });
  });

  describe("fil", () => {
    it("tells an address in every form, and its actor's id", async () => {
      const { address } = account("client");
      const told = await tasks.json<Record<string, string>>(["fil", "address", address, "--resolve"]);
      expect(told).to.include({ evm: address });
      expect(told.testnet).to.match(/^t410f/);
      expect(Number(told.actorId)).to.be.greaterThan(1000);
      expect(await tasks.json(["fil", "address", told.mainnet!])).to.include({ evm: address });
      const { evm } = await tasks.json<{ evm: string }>(["fil", "address", miner()]);
      expect(evm.toLowerCase()).to.match(/^0xff0{22}/);
    });

    it("tells epochs and fees", async () => {
      const { epoch, time } = await tasks.json<{ epoch: string; time: string }>(["fil", "epoch"]);
      expect(Number(epoch)).to.be.greaterThan(100_000);
      expect((await tasks.json<{ epoch: string }>(["fil", "epoch", time])).epoch).to.equal(epoch);
      const { stdout } = await tasks.run(["fil", "epoch", "200000"]);
      expect(stdout).to.match(/^epoch 200,000 ~ \d{4}-\d\d-\d\d \d\d:\d\d, in \d+/);
      const fees = await tasks.json<{ examples: unknown[] }>(["fil", "fees"]);
      expect(fees.examples).to.have.length(4);
    });

    it("looks at everything, and finds what is missing: money on Filecoin Pay", async () => {
      const { checks } = await tasks.json<{ checks: { name: string; ok: boolean; fix?: string }[] }>(
        ["fil", "doctor"],
        { code: 1 },
      );
      const wrong = checks.filter(({ ok }) => !ok).map(({ name }) => name);
      expect(wrong).to.deep.equal(["operator approval", "deposit"]);
      for (const { ok, fix } of checks) expect(ok || (fix !== undefined && fix !== "")).to.equal(true);
    });
  });

  describe("provider", () => {
    it("lists offers and tells a provider's state", async () => {
      const { offers } = await tasks.json<{ offers: { provider: string }[] }>(["provider", "list"]);
      expect(offers.map(({ provider }) => provider)).to.have.members(
        chain.providers.map(({ miner }) => miner),
      );
      const status = await tasks.json<{ bond: { posted: string }; offers: unknown[] }>([
        ...["provider", "status", miner()],
      ]);
      expect(formatEther(BigInt(status.bond.posted))).to.equal("1000");
      expect(status.offers).to.have.length(1);
    });

    it("adds bond, as the miner's owner", async () => {
      const told = await dryThenWet(
        ["provider", "register", miner(), "--bond", "2.5"],
        account("provider 1 owner"),
      );
      expect(told).to.deep.include({ registered: false, bond: `${25n * 10n ** 17n}` });
      expect(formatEther((await stateOf(account("client").address)).posted)).to.equal("1002.5");
    });

    it("publishes an offer, revises, pauses and resumes it, by the worker", async () => {
      const worker = account("provider 1 worker");
      const published = await dryThenWet<{ offerId: string; version: number }>(
        [
          ...["provider", "offer", "--provider", miner(), "--rate", "9", "--bond", "50"],
          ...["--endpoint", "http://127.0.0.1:9", "--region", "CH", "--capacity", "1TiB"],
        ],
        worker,
      );
      expect(published).to.deep.include({ offerId: "3", version: 1 });
      const revised = await dryThenWet(["provider", "offer", "--offer", "3", "--rate", "8"], worker);
      expect(revised).to.deep.include({ offerId: "3", version: 2 });
      await dryThenWet(["provider", "offer", "--offer", "3", "--pause"], worker);
      const listed = await tasks.json<{ offers: { offerId: string; state: string }[] }>([
        ...["provider", "list", "--all"],
      ]);
      expect(listed.offers.find(({ offerId }) => offerId === "3")).to.include({ state: "paused" });
      await dryThenWet(["provider", "offer", "--offer", "3", "--resume"], worker);
      await tasks.json(["provider", "offer", "--offer", "3", "--pause", "--key", `${worker.key}`]);
    });

    it("announces bond for withdrawal, and says from when", async () => {
      const owner = account("provider 1 owner");
      const told = await dryThenWet<{ until: string }>(
        ["provider", "withdraw", miner(), "--unbond", "1"],
        owner,
      );
      expect(Number(told.until)).to.be.greaterThan(100_000);
      const early = await tasks.json<{ error: { message: string; next: string } }>(
        ["provider", "withdraw", miner(), "--key", `${owner.key}`],
        { code: 1 },
      );
      expect(early.error.message).to.contain("ProviderStillUnbonding").and.contain(told.until);
      expect(early.error.next).to.equal(`npx hardhat fil epoch ${told.until}`);
      const none = await tasks.json<{ error: { message: string } }>(["provider", "withdraw", "--credit"], {
        code: 1,
      });
      expect(none.error.message).to.contain("ProviderCreditZero");
    });
  });

  describe("deal", () => {
    it("says before anything is signed that the wallet holds too little", async () => {
      const { error } = await tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "propose", cars, "--copies", "1", "--key", `${account("keeper").key}`],
        { code: 3 },
      );
      expect(error.message).to.match(/^You need [\d.]+ USDFC to deposit, and have 0 USDFC\.$/);
      expect(error.next).to.match(/^npx hardhat deal propose /);
    });

    it("proposes to the cheapest offers, deposits by permit, and has the pieces fetched", async () => {
      const told = await dryThenWet<{ deals: { dealId: string; provider: string }[]; submissions: object[] }>(
        [...["deal", "propose", cars, "--copies", "2", "--submit", carsUrl]],
      );
      expect(told.deals.map(({ provider }) => provider)).to.have.members(
        chain.providers.map(({ miner }) => miner),
      );
      expect(told.submissions).to.have.length(2);
      for (const submission of told.submissions) expect(submission).to.not.have.property("error");
      const again = await tasks.json<{ costs: { token: { deposit: string } } }>([
        ...["deal", "propose", cars, "--copies", "1", "--runway", "0d", "--dry-run"],
      ]);
      // What the first deposit left free is enough: nothing more is asked for.
      expect(again.costs.token.deposit).to.equal("0");
    });

    it("is sealed, listed and told", async () => {
      let copies: { state: string }[] = [];
      for (let round = 0; round < 60 && copies[0]?.state !== "Active"; round++) {
        await sleep(1_000);
        ({ copies } = await tasks.json<{ copies: { state: string }[] }>(["deal", "status", "1"]));
      }
      expect(copies.map(({ state }) => state)).to.deep.equal(["Active"]);
      const { deals } = await tasks.json<{ deals: { dealId: string; copies: string[] }[] }>(["deal", "list"]);
      expect(deals.map(({ dealId }) => dealId)).to.deep.equal(["1", "2"]);
      const ofKeeper = await tasks.json<{ deals: object[] }>([
        "deal",
        "list",
        "--client",
        account("keeper").address,
      ]);
      expect(ofKeeper.deals).to.be.empty;
      const nothing = await tasks.json<{ submissions: object[] }>([
        "deal",
        "submit",
        "1",
        carsUrl,
        "--folder",
        cars,
      ]);
      expect(nothing.submissions).to.be.empty;
    });

    it("refreshes an active sector, settles, and waits until that is final", async () => {
      const told = await dryThenWet(["deal", "report", "1"], account("keeper"));
      expect(told).to.deep.include({ status: "Active", action: "refreshed" });
      expect(await dryThenWet(["deal", "settle", "1", "--wait", "finalized"])).to.deep.include({
        settled: true,
      });
    });

    it("lets the provider extend, and refuses what the sector does not cover", async () => {
      expect(await dryThenWet(["deal", "extend", "1", "--auto-until", "1000000"])).to.include({
        until: "1000000",
      });
      const { error } = await tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "extend", "1", "--until", "30d"],
        { code: 1 },
      );
      expect(error.message).to.contain("DealSectorNotExtended");
      expect(error.next).to.match(/^npx hardhat deal status 1/);
    });

    it("shows the account, deposits and withdraws", async () => {
      const before = await tasks.json<{ account: { currentFunds: string } }>(["deal", "fund"]);
      expect(await dryThenWet(["deal", "fund", "--amount", "3"])).to.deep.include({
        deposited: `${3n * 10n ** 18n}`,
      });
      await dryThenWet(["deal", "fund", "--withdraw", "1"]);
      const after = await tasks.json<{ account: { currentFunds: string } }>(["deal", "fund"]);
      expect(BigInt(after.account.currentFunds) - BigInt(before.account.currentFunds)).to.equal(
        2n * 10n ** 18n,
      );
    });

    it("ends, as whoever sends", async () => {
      expect(await dryThenWet(["deal", "end", "1"])).to.include({ role: "client" });
      const twice = await tasks.json<{ error: { message: string; next: string } }>(["deal", "end", "1"], {
        code: 1,
      });
      expect(twice.error.message).to.contain("DealAlreadyLeft");
      expect(twice.error.next).to.equal("npx hardhat deal status 1");
      const stranger = await tasks.json<{ error: { message: string } }>(
        ["deal", "end", "2", "--key", `${account("keeper").key}`],
        { code: 3 },
      );
      expect(stranger.error.message).to.contain("neither the client");
      expect(await dryThenWet(["deal", "end", "2"], account("provider 2 owner"))).to.include({
        role: "provider",
      });
    });

    it("keeps what is done when a provider refuses, and says so by exit code 2", async () => {
      const told = await tasks.json<{ deals: { dealId: string; provider: string }[]; missingCopies: number }>(
        ["deal", "propose", cars, "--copies", "3"],
        { code: 2 },
      );
      expect(told.missingCopies).to.equal(1);
      const { dealId, provider } = told.deals[0]!;
      const refused = await tasks.json<{ submissions: { error: string }[] }>(
        [...["deal", "submit", dealId, carsUrl, "--folder", cars], "--key", `${account("keeper").key}`],
        { code: 2 },
      );
      expect(refused.submissions.map(({ error }) => error)).to.have.length(1);
      const worker = account(`provider ${provider === miner() ? 1 : 2} worker`);
      expect(await dryThenWet(["deal", "end", dealId, "--decline"], worker)).to.include({ role: "decliner" });
    });
  });

  describe("keys", () => {
    const input = `${PASSWORD}\n${PASSWORD}\n`;

    it("are made and imported into Hardhat's keystore, used from there by name, and never shown", async () => {
      const made = await tasks.json<{ address: Address; name: string }>(["keys", "new", "HOLDFAST_SPARE"], {
        input,
      });
      expect(made.address).to.match(/^0x/);
      const imported = await tasks.json<{ address: Address }>(["keys", "import", "HOLDFAST_IMPORTED"], {
        input: `${IMPORTED}\n${PASSWORD}\n`,
      });
      expect(imported.address).to.equal(privateKeyToAccount(IMPORTED).address);
      const { keys } = await tasks.json<{ keys: { name: string; source: string }[] }>(["keys", "list"]);
      expect(
        keys.filter(({ source }) => source === "Hardhat's keystore").map(({ name }) => name),
      ).to.deep.equal([...["HOLDFAST_IMPORTED", "HOLDFAST_SPARE"]]);
      const used = await tasks.json<{ owner: Address }>(["deal", "fund", "--key", "HOLDFAST_IMPORTED"], {
        input: `${PASSWORD}\n`,
      });
      expect(used.owner).to.equal(imported.address);
      const taken = await tasks.json<{ error: { message: string } }>(["keys", "new", "HOLDFAST_SPARE"], {
        ...{ input: `${PASSWORD}\n`, code: 3 },
      });
      expect(taken.error.message).to.contain("already exists");
    });

    it("are written into a keystore file for the daemon", async () => {
      const folder = join(tasks.home, "keystores");
      await mkdir(folder);
      const path = join(folder, "daemon.json");
      const made = await tasks.json<{ address: Address }>(["keys", "new", "--file", path], { input });
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      const { address, privateKey } = await readKeystore(path, PASSWORD);
      expect(address).to.equal(made.address);
      secrets.add(privateKey.slice(2));
      const copy = join(folder, "copy.json");
      const again = await tasks.json<{ address: Address }>(
        ["keys", "import", "--source", path, "--file", copy],
        {
          input: `${PASSWORD}\n${input}`,
        },
      );
      expect(again.address).to.equal(address);
      await chmod(copy, 0o644);
      const { files } = await tasks.json<{ files: { problem: string }[] }>([
        "keys",
        "list",
        "--folder",
        folder,
      ]);
      expect(files.map(({ problem }) => problem)).to.deep.equal([...[files[0]!.problem, ""]]);
      expect(files[0]!.problem).to.contain("0644");
      const wrong = await tasks.json<{ error: { name: string } }>(["keys", "import", "--source", path, "X"], {
        ...{ input: "wrong\n", code: 3 },
      });
      expect(wrong.error.name).to.equal("KeystorePasswordError");
      const short = await tasks.json<{ error: { message: string } }>(["keys", "new", "--file", `${path}2`], {
        ...{ input: "short\n", code: 3 },
      });
      expect(short.error.message).to.contain("8 characters");
    });
  });

  describe("what is wrong with a command", () => {
    it("is told with the next command last, without a stack trace, by exit code 3 for a setting", async () => {
      for (const [args, env] of [
        [["deal", "status", "abc"], {}],
        [["deal", "propose", cars, "--wait", "someday"], {}],
        [["deal", "status", "1", "--network", "calibration"], {}],
        [["deal", "fund"], { HOLDFAST_DEALS_ADDRESS: "0x12" }],
        [["provider", "status", "f0999999"], {}],
        [["deal", "propose", cars, "--from", account("client").address], {}],
        [["deal", "list", "--key", "HOLDFAST_NOBODY"], {}],
      ] as const) {
        const { code, stdout, stderr } = await tasks.run([...args], { env });
        expect(code, args.join(" ")).to.equal(3);
        expect(stdout).to.equal("");
        const lines = stderr.trimEnd().split("\n");
        expect(lines.at(-1), stderr).to.match(/^Next: \S/);
        expect(stderr).to.not.match(/^\s+at /m);
      }
    });

    it("is 1 for what the chain refuses, and for a chain that is not there", async () => {
      const unknown = await tasks.json<{ error: { message: string; next: string } }>(
        ["deal", "status", "999"],
        { code: 1 },
      );
      expect(unknown.error.message).to.contain("there is no deal 999");
      expect(unknown.error.next).to.equal("npx hardhat deal list");
      const { code, stderr } = await tasks.run(["fil", "epoch"], {
        env: { HOLDFAST_DEVNET_RPC_URL: `http://127.0.0.1:9/?key=${TOKEN}` },
      });
      expect(code).to.equal(1);
      expect(stderr)
        .to.contain("does not answer")
        .and.match(/Next: npx hardhat fil doctor\n$/);
    });

    it("on mainnet is that nobody confirmed, before a key is used for anything", async () => {
      // A chain that says it is mainnet, and is this devnet otherwise.
      const mainnet = await proxy(chain.rpcUrl, { eth_chainId: "0x13a", net_version: "314" });
      const env = {
        HOLDFAST_FILECOIN_RPC_URL: `http://127.0.0.1:${(mainnet.address() as AddressInfo).port}/?key=${TOKEN}`,
        HOLDFAST_FILECOIN_KEY: account("client").privateKey,
        HOLDFAST_DEALS_ADDRESS: chain.contracts.deals,
      };
      const args = [
        "deal",
        "fund",
        "--withdraw",
        "0.5",
        "--network",
        "filecoin",
        "--token",
        chain.contracts.usdfc,
      ];
      const before = await stateOf(account("client").address);
      const { error } = await tasks.json<{ error: { message: string; next: string } }>(args, {
        env,
        code: 3,
      });
      expect(error.message).to.contain("mainnet");
      expect(error.next).to.contain("--yes");
      expect((await stateOf(account("client").address)).nonce).to.equal(before.nonce);
      mainnet.close();
    });
  });

  describe("in the end", () => {
    it("Ctrl-C ends the devnet, leaves nothing behind, and is exit code 130", async () => {
      devnet.kill("SIGINT");
      const [code] = await once(devnet, "exit");
      expect(code).to.equal(130);
      const port = new URL(chain.rpcUrl).port;
      const left = await readdir("deploy/deployments/devnet").catch(() => []);
      expect(left.filter((name) => name.startsWith(`${port}.`))).to.be.empty;
      const { code: after, stderr } = await tasks.run(["deal", "list"]);
      expect(after).to.equal(3);
      expect(stderr).to.match(/Next: npx hardhat devnet\n$/);
    });

    it("no output of the whole run holds a key, a password or an endpoint's token", () => {
      for (const { privateKey } of chain.testAccounts) secrets.add(privateKey.slice(2));
      for (const secret of [IMPORTED.slice(2), PASSWORD, TOKEN]) secrets.add(secret);
      expect(tasks.runs.length).to.be.greaterThan(60);
      for (const { command, stdout, stderr } of tasks.runs) {
        for (const secret of secrets) {
          expect(`${stdout}${stderr}`.toLowerCase().includes(secret.toLowerCase()), command).to.equal(false);
        }
      }
    });
  });

  const secrets = new Set<string>();
});

/** The first JSON object that a process prints. */
async function firstObject(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    if (text.endsWith("}\n")) return text;
  }
  throw new Error(`It ended and printed: ${text}`);
}

/** Passes JSON-RPC on, but for some answers. */
async function proxy(target: string, answers: Record<string, unknown>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    const forward = () =>
      fetch(target, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    const answer =
      body.method in answers
        ? { jsonrpc: "2.0", id: body.id, result: answers[body.method] }
        : await (await forward()).json();
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
