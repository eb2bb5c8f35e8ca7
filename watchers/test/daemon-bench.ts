import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Devnet, type DevnetOptions, startDevnet } from "@holdfast/devnet";
import {
  createHoldfastClient,
  depositWithPermitAndApproveOperatorSync,
  devnet as devnetChain,
} from "@holdfast/sdk";
import { createKeystore, type PackedPath, packDataset } from "@holdfast/sdk/node";
import { http, maxUint256, parseEther } from "viem";
import type { DaemonConfigInput } from "../src/config.ts";

export const PASSWORD = "correct horse battery staple";
export const TOKEN = "bearer-token-for-tests-only";

const BIN = resolve(import.meta.dirname, "../bin/holdfast-watch.js");

/** A command that ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that may still run. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  stderr(): string;
  /** Resolves with the first match in what it writes to stderr. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A devnet with a funded client, and `holdfast-watch` as child processes on it. */
export interface DaemonBench extends AsyncDisposable {
  readonly folder: string;
  readonly devnet: Devnet;
  readonly config: string;
  /** Of the configuration: the chain and the contracts. */
  readonly chain: DaemonConfigInput["chain"];
  /** Everything that any command wrote or answered. */
  readonly transcript: string[];
  pack(name: string, text: string): Promise<PackedPath>;
  /** Writes the configuration anew. */
  configure(change?: Partial<DaemonConfigInput>): void;
  policy(packed: PackedPath, change?: object): DaemonConfigInput["watchers"][number];
  start(args: readonly string[], env?: Record<string, string>): Running;
  call(args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  /** The same with --json, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: what a command answers is judged by the test
  json(args: readonly string[], code?: number): Promise<any>;
}

export async function openDaemonBench(options: DevnetOptions = {}): Promise<DaemonBench> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-daemon-"));
  const failures: unknown[] = [];
  const devnet = await startDevnet({
    ...{ providers: 3, epochSeconds: 0.2, sealEpochs: 2n, folder: join(folder, "devnet") },
    lotus: { seed: "daemon", nullRounds: 0.1 },
    onError: (error) => failures.push(error),
    ...options,
  });
  const { usdfc, deals, registry, evidence, pay } = devnet.contracts;
  const { account, privateKey } = devnet.accounts.client;
  const payer = createHoldfastClient({ chain: devnetChain, transport: http(devnet.rpcUrl), account });
  const amount = parseEther("100000");
  await devnet.hurry(
    depositWithPermitAndApproveOperatorSync(payer, {
      ...{ address: pay, token: usdfc, amount, operator: deals },
      ...{ rateAllowance: maxUint256, lockupAllowance: amount, maxLockupPeriod: maxUint256 },
    }),
  );
  await createKeystore(join(folder, "client.json"), { password: PASSWORD, privateKey, cost: 1 << 12 });
  writeFileSync(join(folder, "password"), `${PASSWORD}\n`, { mode: 0o600 });
  const config = join(folder, "holdfast.json");
  const transcript: string[] = [];
  const children = new Set<ChildProcess>();
  const { day, minDuration } = devnet.parameters;

  const chain = { id: devnetChain.id, contracts: { deals, registry, evidence, pay } };

  function configure(change: Partial<DaemonConfigInput> = {}): void {
    const file = {
      chain,
      endpoints: [devnet.rpcUrl],
      key: { keystore: "client.json", passwordFile: "password" },
      database: "watch.db",
      http: { port: 0 },
      finality: { depth: 0 },
      providerTimeoutMs: 500,
      pollMs: 200,
      ...change,
    };
    const text = JSON.stringify(file, (_, value) => (typeof value === "bigint" ? `${value}` : value), 2);
    writeFileSync(config, text);
  }

  function start(args: readonly string[], env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, [BIN, "--config", config, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code) => {
        children.delete(child);
        transcript.push(stdout, stderr);
        resolve({ code, stdout, stderr });
      });
    });
    const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (let tries = 0; tries < 1200; tries++) {
        const match = pattern.exec(stderr);
        if (match !== null) return match;
        if (child.exitCode !== null || child.signalCode !== null) break;
        await sleep(50);
      }
      throw new Error(`never said ${pattern}:\n${stderr.slice(-4000)}`);
    };
    return { child, ended, says, stderr: () => stderr };
  }

  const call = (args: readonly string[], env?: Record<string, string>) => start(args, env).ended;

  return {
    ...{ folder, devnet, config, chain, transcript, configure, start, call },
    async pack(name, text) {
      const source = join(folder, name);
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, "a.txt"), `${createHash("sha256").update(name).digest("hex")} ${text}`);
      return packDataset(source, { outDir: join(folder, `cars-${name}`), maxPieceSize: 1 << 20 });
    },
    policy: (packed, change = {}) => ({
      ...{
        type: "deals",
        dataset: packed.dataset,
        copies: 2,
        token: usdfc,
        maxRatePerTib: `${parseEther("1")}`,
      },
      pieces: packed.pieces.map(({ cid, carPath, layerPath }) => ({
        cid: `${cid}`,
        car: carPath,
        layer: layerPath,
      })),
      ...{ duration: minDuration, sealingWindow: 2n * day, silentAfter: day, settleEvery: day },
      ...{ sampleEvery: day, exclusion: 100n * day, renewBefore: 10n * day, retryAfter: 2n, pollEvery: 2n },
      ...change,
    }),
    async json(args, code = 0) {
      const { stdout, stderr, code: got } = await call([...args, "--json"]);
      if (got !== code) throw new Error(`${args.join(" ")} exited with ${got}, not ${code}:\n${stderr}`);
      return JSON.parse(stdout);
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await devnet.stop();
      rmSync(folder, { recursive: true, force: true });
      if (failures.length > 0) throw new AggregateError(failures, "The devnet failed in the background.");
    },
  };
}

/** Takes requests and never answers. */
export interface SilentNode {
  url: string;
  close(): Promise<void>;
}

export async function openSilentNode(): Promise<SilentNode> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Asks a running daemon; what it answers goes into the transcript. */
export async function ask(
  bench: DaemonBench,
  url: string,
  token?: string,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  const text = await answer.text();
  bench.transcript.push(text);
  return { status: answer.status, text };
}

/** Until `check` answers something, while time passes. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined>,
  ms = 60_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`it never came to this: ${what}`);
    await sleep(100);
  }
}
