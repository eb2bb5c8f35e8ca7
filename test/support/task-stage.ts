import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import {
  chains,
  createHoldfastClient,
  getAccountIfSettled,
  getBond,
  getJobCount,
  getOfferCount,
  type HoldfastClient,
} from "@holdfast/sdk";
import { expect } from "chai";
import { type Address, type Hex, http } from "viem";
import { createTaskRunner, type TaskRunner } from "./task-runner.ts";

/** What `devnet --json` says. */
export interface DevnetDescription {
  rpcUrl: string;
  contracts: Record<
    "deals" | "registry" | "pay" | "usdfc" | "computeRegistry" | "escrow" | "arbiter",
    Address
  >;
  providers: { miner: string; offer: string; url: string }[];
  testAccounts: TestAccount[];
}

export interface TestAccount {
  name: string;
  key: number;
  address: Address;
  privateKey: Hex;
}

/** Stands in the endpoint's URL, as an API key does: nothing may repeat it. */
export const TOKEN = "t0k3n-of-the-endpoint";

/** What the tasks are run on: one devnet, itself a task, and an HTTP server for CARs. */
export interface TaskStage extends AsyncDisposable {
  readonly tasks: TaskRunner;
  readonly devnet: ChildProcess;
  readonly chain: DevnetDescription;
  readonly client: HoldfastClient;
  /** Folder that datasets are packed into, and its URL. */
  readonly cars: string;
  readonly carsUrl: string;
  /** What no output may hold. */
  readonly secrets: Set<string>;
  account(name: string): TestAccount;
  /** The first provider's. */
  miner(): string;
  /** What a write could change: the sender's next nonce and everybody's money. */
  stateOf(who: Address): Promise<Record<string, unknown> & { nonce: number; posted: bigint }>;
  /** Runs a write with --dry-run, and sees that it changes nothing; then without. */
  dryThenWet<T = Record<string, unknown>>(args: string[], sender?: TestAccount): Promise<T>;
}

export async function openTaskStage(): Promise<TaskStage> {
  const tasks = await createTaskRunner();
  const devnet = tasks.start(["devnet", "--json", "--port", "0", "--providers", "2"]);
  devnet.stderr!.resume();
  const chain = JSON.parse(await firstObject(devnet)) as DevnetDescription;
  tasks.env.HOLDFAST_DEVNET_RPC_URL = `${chain.rpcUrl}/?key=${TOKEN}`;
  const client = createHoldfastClient({ chain: chains.devnet, transport: http(chain.rpcUrl) });
  const source = join(tasks.home, "source");
  await mkdir(join(source, "below"), { recursive: true });
  await writeFile(join(source, "a.txt"), "one file\n");
  await writeFile(join(source, "below", "b.bin"), new Uint8Array(50_000).fill(7));
  const cars = join(tasks.home, "cars");
  const server = await serveFiles(cars);
  const account = (name: string) => chain.testAccounts.find((one) => one.name === name)!;
  const miner = () => chain.providers[0]!.miner;

  async function stateOf(who: Address) {
    const { registry, pay, usdfc, computeRegistry, escrow } = chain.contracts;
    const [nonce, jobs, staked, held, { currentFunds }, { posted, unbonding }, offers] = await Promise.all([
      client.getTransactionCount({ address: who }),
      getJobCount(client, { address: escrow }),
      client.getBalance({ address: computeRegistry }),
      client.getBalance({ address: escrow }),
      getAccountIfSettled(client, { address: pay, token: usdfc, owner: account("client").address }),
      getBond(client, { address: registry, provider: BigInt(miner().slice(2)) }),
      getOfferCount(client, { address: registry }),
    ]);
    return { nonce, jobs, staked, held, currentFunds, posted, unbonding, offers };
  }

  return {
    ...{ tasks, devnet, chain, client, cars, secrets: new Set<string>(), account, miner, stateOf },
    carsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async dryThenWet<T>(args: string[], sender = account("client")): Promise<T> {
      const keyed = [...args, "--key", `${sender.key}`];
      const before = await stateOf(sender.address);
      const dry = await tasks.json<{ dryRun: boolean; calls: { data: string }[]; costs: object }>([
        ...[...keyed, "--dry-run"],
      ]);
      expect(dry.dryRun).to.equal(true);
      expect(dry.calls).to.not.be.empty;
      for (const { data } of dry.calls) expect(data).to.match(/^0x[0-9a-f]{8}/);
      expect(dry.costs).to.have.nested.property("fil.gasAtMost");
      expect(await stateOf(sender.address), "what --dry-run left").to.deep.equal(before);
      const wet = await tasks.json<T & { transactions: object[] }>(keyed);
      expect(wet.transactions).to.have.length(dry.calls.length);
      const { nonce } = await stateOf(sender.address);
      expect(nonce).to.equal(before.nonce + dry.calls.length);
      return wet;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      if (devnet.exitCode === null) {
        devnet.kill("SIGINT");
        await once(devnet, "exit");
      }
      await tasks[Symbol.asyncDispose]();
    },
  };
}

/** The first JSON object that a process prints. */
async function firstObject(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    if (text.endsWith("}\n")) return text;
  }
  throw new Error(`It ended and printed: ${text}`);
}

async function serveFiles(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    createReadStream(join(folder, basename(request.url!)))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
