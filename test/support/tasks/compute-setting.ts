import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  acceptTasksSync,
  chains,
  createHoldfastClient,
  digestOfCid,
  getComputeCredit,
  getJob,
  getTask,
  type JobSpec,
  parseSpec,
  submitTasksSync,
} from "@holdfast/sdk";
import { rawCidOf } from "@holdfast/sdk/node";
import { type Address, concat, erc20Abi, type Hex, http, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { TaskStage, TestAccount } from "../task-stage.ts";

export interface Failure {
  error: { name: string; message: string; next: string };
}

/** What `compute run` says. */
export interface LocalRun {
  spec: string;
  tasks: {
    task: number;
    root: Hex;
    dataCid: string;
    pieceCid: string;
    shards: { exit: number; files: { path: string; sha256: string }[] }[];
  }[];
}

export const GUESTS = join(import.meta.dirname, "../../../devnet/guests");
export const TEXT = "to be or not to be\nthat is the question\nwhether it is nobler\n";
export const TASKS = 6;
/** Windows that no slow machine outlasts: an epoch is a second. */
export const WINDOWS = ["--accept", "2000", "--exec", "2000", "--challenge", "2000"];

/** A spec, who plays which part on a stage, and what a compute node serves. */
export type ComputeSetting = ReturnType<typeof computeSetting>;

/** To be opened once the stage is, and closed. */
export function computeSetting(stage: TaskStage) {
  const requester = () => stage.account("client");
  /** Also the fallback arbiter. */
  const challenger = () => stage.account("keeper");
  const node = () => stage.account("provider 1 worker");
  const escrow = () => ({ address: stage.chain.contracts.escrow });
  const usdfc = () => stage.chain.contracts.usdfc;
  const clientOf = ({ privateKey }: TestAccount) =>
    createHoldfastClient({
      ...{ chain: chains.devnet, transport: http(stage.chain.rpcUrl) },
      account: privateKeyToAccount(privateKey),
    });
  const jobOf = (jobId: bigint) => getJob(stage.client, { ...escrow(), jobId });
  let server: Server;

  const setting = {
    folder: "",
    spec: undefined as unknown as JobSpec,
    specPath: "",
    /** What `compute run` came to; set by the suite. */
    local: undefined as unknown as LocalRun,
    /** By CID. */
    served: new Map<string, Uint8Array>(),
    endpoint: "",
    ...{ stage, requester, challenger, node, escrow, usdfc, jobOf },
    operator: () => stage.account("provider 1 owner"),
    registry: () => ({ address: stage.chain.contracts.computeRegistry }),
    keyOf: ({ key }: TestAccount) => ["--key", `${key}`],
    async failing(args: string[], code: number): Promise<Failure["error"]> {
      return (await stage.tasks.json<Failure>(args, { code })).error;
    },
    post: (spec: string, ...more: string[]) => [
      ...["compute", "job", "post", spec, "--price", "0.5", "--fallback", challenger().address, ...more],
    ],
    taskOf: (task: number) => getTask(stage.client, { ...escrow(), jobId: 1n, task }),
    credit: ({ address: account }: TestAccount, token: Address = zeroAddress) =>
      getComputeCredit(stage.client, { ...escrow(), account, token }),
    tokens: (owner: Address): Promise<bigint> =>
      stage.client.readContract({
        ...{ address: usdfc(), abi: erc20Abi, functionName: "balanceOf" as const },
        args: [owner],
      }),
    async give({ address: to }: TestAccount, amount: bigint): Promise<void> {
      const hash = await clientOf(requester()).writeContract({
        ...{
          address: usdfc(),
          abi: erc20Abi,
          functionName: "transfer" as const,
          args: [to, amount] as const,
        },
        ...{ account: privateKeyToAccount(requester().privateKey), chain: chains.devnet },
      });
      await stage.client.waitForTransactionReceipt({ hash });
    },
    /** As the compute node: takes every task, and submits what `compute run` came to. */
    async work(jobId: bigint): Promise<void> {
      const client = clientOf(node());
      const job = await jobOf(jobId);
      const { tasks } = setting.local;
      await acceptTasksSync(client, { ...escrow(), job, tasks: tasks.map(({ task }) => task) });
      for (const { task, root, dataCid } of tasks) {
        await submitTasksSync(client, {
          ...{ ...escrow(), job, results: [{ task, root }] },
          dataCid: concat(["0x01551220", digestOfCid(dataCid)]),
        });
      }
    },
    async open(): Promise<void> {
      setting.folder = join(stage.tasks.home, "compute");
      await mkdir(setting.folder, { recursive: true });
      const module = await readFile(join(GUESTS, "word-count/word-count.wasm"));
      setting.spec = parseSpec({
        ...{ v: 1, engine: "wasm", module: { cid: rawCidOf(module), name: "main.wasm" } },
        ...{ entrypoint: "_start", args: ["/in/words.txt", "{shard}", "{shards}"], env: {} },
        inputs: [{ cid: rawCidOf(Buffer.from(TEXT)), name: "words.txt", target: "/in", shard: "*" }],
        ...{ outputs: ["outputs"], resources: { cpuMillis: 1000, memoryMb: 64 } },
        timeouts: { executionSeconds: 60, queueSeconds: 60, totalSeconds: 120 },
        ...{ determinism: "strict", sharding: { kind: "range", count: TASKS, perTask: 1, items: TASKS } },
      });
      setting.specPath = join(setting.folder, "spec.json");
      await writeFile(setting.specPath, JSON.stringify(setting.spec, null, 2));
      await writeFile(join(setting.folder, "module-by-any-name.bin"), module);
      await writeFile(join(setting.folder, "words.txt"), TEXT);
      server = createServer((request, response) => {
        const bytes = setting.served.get(request.url!.replace("/results/", ""));
        if (bytes === undefined) response.writeHead(404).end();
        else response.end(bytes);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      setting.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close: () => void server?.close(),
  };
  return setting;
}
