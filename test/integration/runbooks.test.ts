import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Devnet, startDevnet } from "@holdfast/devnet";
import {
  CALIBRATION_CLOCK,
  calibration,
  copyIdOf,
  createHoldfastClient,
  decodePieceCid,
  epochAt,
  getCopyState,
  getReplication,
} from "@holdfast/sdk";
import { expect } from "chai";
import type { NewTaskDefinition } from "hardhat/types/tasks";
import { type Address, http, parseEther, toHex } from "viem";
import { readDeployed } from "../../deploy/deploy-deals.ts";
import { readParameters } from "../../deploy/parameters.ts";
import { tasks } from "../../tasks/index.ts";
import { type Checkout, createCheckout } from "../support/checkout.ts";
import { type CommandRun, createShell, type Shell } from "../support/shell.ts";

const RUNBOOK = await readFile(join(import.meta.dirname, "../../docs/runbooks/calibration.md"), "utf8");
const MAINNET = await readFile(join(import.meta.dirname, "../../docs/runbooks/mainnet.md"), "utf8");
const PASSWORD = "correct horse battery staple";

/** Every command of the runbook in its order, typed into a copy of the repository, on a chain with Calibration's id and clock. */
describe("the Calibration runbook", function () {
  this.timeout(900_000);
  const commands = blocksOf("sh").flatMap((block) => block.trim().split("\n"));
  const placeholders = new Map<string, string>();
  let checkout: Checkout;
  let shell: Shell;
  let devnet: Devnet;
  let cars: Server;
  let daemon: ChildProcess | undefined;
  let at = 0;

  before(async () => {
    checkout = await createCheckout();
    cars = createServer((request, response) => {
      createReadStream(join(checkout.root, "cars", basename(request.url!)))
        .on("error", () => response.writeHead(404).end())
        .pipe(response);
    }).listen(0, "127.0.0.1");
    await once(cars, "listening");
    placeholders.set("URL", `http://127.0.0.1:${(cars.address() as AddressInfo).port}`);
    placeholders.set("folder", "docs");
  });

  after(async () => {
    daemon?.kill("SIGKILL");
    cars.closeAllConnections();
    cars.close();
    await devnet?.stop();
    await checkout[Symbol.asyncDispose]();
  });

  /** Types the next command; it has to end with 0. */
  async function type(expected: string, answers: readonly string[] = [PASSWORD]): Promise<CommandRun> {
    const command = next(expected);
    const run = await shell.run(command, answers);
    expect(run.code, `${command}\n${run.stdout}\n${run.stderr}`).to.equal(0);
    return run;
  }

  /** The next command of the runbook, which is the one that the test is about. */
  function next(expected: string): string {
    const command = filled(commands[at++] ?? "nothing");
    expect(command).to.match(new RegExp(`^${expected}`));
    return command;
  }

  function filled(text: string): string {
    return text.replace(/<([^<>]+)>/g, (whole, name: string) => placeholders.get(name) ?? whole);
  }

  /** Epochs pass, one after the other, until the work is done. */
  async function passing<T>(work: Promise<T>, advance: (count: bigint) => Promise<unknown>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    while (!done) {
      await advance(1n);
      await Promise.race([sleep(200), work.catch(() => undefined)]);
    }
    return work;
  }

  const client = (rpcUrl = devnet.rpcUrl) =>
    createHoldfastClient({ chain: calibration, transport: http(rpcUrl) });

  /** What a faucet does. */
  async function faucet(rpcUrl: string, account: Address): Promise<void> {
    const method = "hardhat_setBalance";
    await client(rpcUrl).request({ method, params: [account, toHex(parseEther("10"))] } as never);
  }

  async function usdfcFaucet(account: Address): Promise<void> {
    const { chain, contracts, accounts } = devnet;
    const { createSender } = await import("../../devnet/src/chain/messages.ts");
    const abi = await chain.abiOf("UsdfcDouble");
    const mint = { abi, address: contracts.usdfc, functionName: "mint", args: [account, parseEther("2000")] };
    await devnet.hurry(createSender(devnet.rpcUrl, accounts.keeper, calibration).send(mint));
  }

  it("makes a key, which is funded, and deploys", async () => {
    devnet = await startDevnet({
      ...{ chainId: calibration.id, behind: 86_400, day: 2_880n, epochSeconds: 30, providers: 2 },
      async deploy({ rpcUrl, epochs }) {
        placeholders.set("RPC", rpcUrl);
        shell = await createShell(checkout.root, { HOLDFAST_CALIBRATION_RPC_URL: rpcUrl });
        const made = await type("npx hardhat keys new", [PASSWORD, PASSWORD]);
        const [account] = /0x[0-9a-fA-F]{40}/.exec(made.stdout) as unknown as [Address];
        placeholders.set("account", account);
        await faucet(rpcUrl, account);
        const { stdout } = await type("npx hardhat fil epoch");
        expect(stdout).to.contain("epoch");
        await type("npx hardhat fil fees");
        const dry = await type("npx hardhat deploy --dry-run");
        expect(dry.stdout).to.contain("Nothing is signed");
        await passing(type("npx hardhat deploy --network calibration"), epochs.advance);
        return readDeployed("calibration", join(checkout.root, "deploy/deployments"));
      },
    });
    for (const [name, contract] of [
      ["StorageDeals", "deals"],
      ["ProviderRegistry", "registry"],
      ["SectorEvidence", "evidence"],
    ] as const) {
      placeholders.set(name, devnet.contracts[contract]);
    }
  });

  it("writes the addresses, compares the code, and pins what others deployed", async () => {
    await type("npm run -s codegen");
    const generated = await readFile(join(checkout.root, "sdk/src/generated/addresses.ts"), "utf8");
    for (const address of Object.values(devnet.contracts)) expect(generated).to.contain(address);
    await type("npx hardhat deploy compare");
    // The doctor compares the chain's clock with this machine's.
    await devnet.advance(epochAt(new Date(), CALIBRATION_CLOCK) - devnet.epoch());
    const { stdout } = await type("npx hardhat fil doctor --key none --pin");
    expect(stdout).to.contain("Nothing is wrong.");
  });

  it("makes the review pack, and lets a provider publish an offer", async () => {
    await type("npx hardhat deploy review");
    expect(await readFile(join(checkout.root, "review-pack.md"), "utf8")).to.contain(devnet.contracts.deals);
    const [provider] = devnet.providers;
    const { owner } = devnet.accounts.providers[0]!;
    placeholders.set("miner", `f0${provider!.minerId}`);
    placeholders.set("Curio", provider!.url);
    await type("npx hardhat keys import CALIBRATION_OWNER", [owner.privateKey, PASSWORD, PASSWORD]);
    await devnet.hurry(type("npx hardhat provider register"));
    await devnet.hurry(type("npx hardhat provider offer"));
    await type("npx hardhat provider status");
    const { stdout } = await type("npx hardhat provider list");
    expect(stdout.match(new RegExp(`f0${provider!.minerId}`, "g"))).to.have.length(2);
  });

  it("stores a folder, records that it is there, pays, and leaves", async () => {
    await usdfcFaucet(placeholders.get("account") as Address);
    await type("npx hardhat dataset pack");
    await type("npx hardhat dataset verify");
    await type("npx hardhat deal propose cars --copies 1 --dry-run");
    const proposed = await devnet.hurry(type("npx hardhat deal propose cars --copies 1 --submit"));
    const [, deal] = /^(\d+) /m.exec(proposed.stdout) as unknown as [string, string];
    placeholders.set("deal", deal);
    await type("npx hardhat deal list");
    const copyId = copyIdOf(BigInt(deal), 0);
    const { deals: address } = devnet.contracts;
    while ((await getCopyState(client(), { address, copyId })) !== "Active") await devnet.advance(1n);
    const { stdout } = await type("npx hardhat deal status");
    expect(stdout).to.contain("Active");
    await devnet.advance(100n);
    await devnet.hurry(type("npx hardhat deal report"));
    await devnet.hurry(type("npx hardhat deal settle"));
    await devnet.hurry(type("npx hardhat deal end"));
  });

  it("hands a dataset to the daemon, which stores two copies", async () => {
    const made = await type("npx hardhat keys new --file", [PASSWORD, PASSWORD]);
    const [account] = /0x[0-9a-fA-F]{40}/.exec(made.stdout) as unknown as [Address];
    await type("npx hardhat keys import CALIBRATION_CLIENT", [PASSWORD, PASSWORD, PASSWORD]);
    await faucet(devnet.rpcUrl, account);
    await usdfcFaucet(account);
    await devnet.hurry(type("npx hardhat deal fund"));

    const { stdout } = await type("npx hardhat dataset verify cars --json");
    placeholders.set("dataset", JSON.parse(stdout).dataset);
    const [layer] = (await readdir(join(checkout.root, "cars"))).filter((name) => name.endsWith(".layer"));
    placeholders.set("piece", basename(layer!, ".layer"));
    // As in the runbook, but that it looks more often, on a port that is free.
    const config = { ...JSON.parse(filled(blocksOf("json")[0]!)), pollMs: 500, http: { port: 0 } };
    await writeFile(join(checkout.root, "holdfast.json"), JSON.stringify(config));
    await writeFile(join(checkout.root, "password"), PASSWORD, { mode: 0o600 });

    await type("npx holdfast-watch run --dry-run");
    daemon = shell.start(next("npx holdfast-watch run"));
    let said = "";
    for (const stream of [daemon.stdout, daemon.stderr]) stream!.on("data", (chunk) => (said += chunk));
    const { commitment } = decodePieceCid(placeholders.get("piece")!);
    const { deals: address } = devnet.contracts;
    // The deal by hand was left, and is served until its notice is over.
    const active = async () =>
      (await getReplication(client(), { address, commitment, limit: 10n })).replicas.length === 3;
    for (let waited = 0; !(await active()); waited++) {
      expect(daemon.exitCode, said).to.equal(null);
      expect(waited, said.slice(-3_000)).to.be.lessThan(1_000);
      await devnet.advance(1n);
      await sleep(200);
    }
    await type("npx holdfast-watch status");
    await type("npx holdfast-watch intents");
    daemon.kill("SIGTERM");
    const [code] = await once(daemon, "exit");
    expect(code, said.slice(-3_000)).to.equal(0);
  });

  it("has no command that was not run", () => {
    expect(commands.slice(at)).to.deep.equal([]);
  });
});

/** Nobody runs these in CI: what they name has to be there. */
describe("the mainnet runbook", () => {
  it("has commands that exist, for mainnet alone", () => {
    const commands = blocksOf("text", MAINNET).flatMap((block) => block.trim().split("\n"));
    expect(commands.length).to.be.greaterThan(10);
    for (const command of commands.filter((line) => line.startsWith("npx hardhat "))) {
      const words = command.slice("npx hardhat ".length).split(" ");
      if (words[0] === "ignition") continue;
      const task =
        tasks.find(({ id }) => id.join(" ") === words.slice(0, id.length).join(" ") && id.length === 2) ??
        tasks.find(({ id }) => id.join(" ") === words[0]);
      expect(task, command).to.have.property("options");
      const { options } = task as NewTaskDefinition;
      for (const option of words.filter((word) => word.startsWith("--") && word !== "--network")) {
        const name = option.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
        expect(options, command).to.have.property(name);
      }
      if (words[0] !== "dataset") expect(command).to.match(/--network filecoin\b/);
    }
  });

  it("names Filecoin Pay and USDFC where the deployment expects them", async () => {
    const { Deals, Payments } = await readParameters("filecoin");
    for (const address of [Deals.pay, Payments.usdfc]) expect(MAINNET).to.contain(address);
  });

  it("says early that a provider must allow-list the contract, and what nobody has run", () => {
    for (const runbook of [RUNBOOK, MAINNET]) {
      expect(runbook.indexOf("allow-list")).to.be.within(0, runbook.indexOf("## 1."));
      expect(runbook)
        .to.match(/Nobody has run (these steps|any of this)/)
        .and.to.contain("_(live only)_");
    }
  });
});

/** A runbook's fenced blocks of a language. */
function blocksOf(language: string, runbook = RUNBOOK): string[] {
  return [...runbook.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, block]) => block!,
  );
}
