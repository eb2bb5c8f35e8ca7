import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  acceptArbiterSync,
  cidOfDataCid,
  computeEscrowAbi,
  createHoldfastClient,
  createJobSync,
  depositStakeSync,
  devnet as devnetChain,
  encodeSpec,
  type FoundJob,
  getStake,
  getTask,
  type JobParams,
  type JobSpec,
  jobOf,
  parseSpec,
  registerComputeNodeSync,
  specCid,
  specDigest,
  verifyTaskResult,
} from "@holdfast/sdk";
import { expect } from "chai";
import {
  createPublicClient,
  type Hex,
  http,
  type PublicClient,
  parseEther,
  zeroAddress,
  zeroHash,
} from "viem";
import { type Devnet, startComputeNode, startDevnet } from "../../../devnet/src/main.ts";
import { systemClock } from "../runtime/clock.ts";
import { createArbiter } from "./arbiter.ts";
import { createAuditor } from "./auditor.ts";
import { type Bacalhau, createBacalhau } from "./bacalhau.ts";
import type { Role } from "./role.ts";
import { examineTask } from "./run-task.ts";
import { openShelf, type Shelf } from "./shelf.ts";
import { createSources, type Sources } from "./sources.ts";
import { createWorker } from "./worker.ts";

const STAKE = parseEther("12");
const guestFile = (name: string) =>
  readFile(new URL(`../../../devnet/guests/${name}/${name.split("/").at(-1)}.wasm`, import.meta.url));

describe("compute roles on a devnet", function () {
  this.timeout(240_000);
  const stack = new AsyncDisposableStack();
  let devnet: Devnet;
  let client: PublicClient;
  let folder: string;
  let board: Shelf;
  let sources: Sources;
  let parties: Record<"requester" | "worker" | "auditor" | "arbiter", ReturnType<typeof walletOf>>;

  function walletOf(account: Devnet["accounts"]["client"]["account"]) {
    return createHoldfastClient({ chain: devnetChain, transport: http(devnet.rpcUrl), account });
  }

  async function shelfAt(name: string): Promise<Shelf> {
    await mkdir(join(folder, name));
    const shelf = await openShelf({ folder: join(folder, name) });
    stack.defer(() => shelf.close());
    return shelf;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-compute-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    devnet = await startDevnet({ providers: 1 });
    stack.defer(() => devnet.stop());
    client = createPublicClient({ chain: devnetChain, transport: http(devnet.rpcUrl), pollingInterval: 50 });
    const { accounts } = devnet;
    parties = {
      requester: walletOf(accounts.client.account),
      worker: walletOf(accounts.providers[0]!.owner.account),
      auditor: walletOf(accounts.keeper.account),
      arbiter: walletOf(accounts.providers[0]!.worker.account),
    };
    board = await shelfAt("board");
    sources = createSources({ shelf: board, blobs: [], providers: [] });
  });
  after(() => stack.disposeAsync());

  async function specOf(guest: string, args: string[], input: string): Promise<JobSpec> {
    const put = async (bytes: Uint8Array, name: string) => ({ cid: await board.put(bytes, name), name });
    const text = await put(new TextEncoder().encode(input), "text.txt");
    const spec = parseSpec({
      ...{ v: 1, engine: "wasm", module: await put(await guestFile(guest), "main.wasm") },
      ...{ entrypoint: "_start", args, env: {}, outputs: ["outputs"], determinism: "strict" },
      inputs: ["a", "b"].map((name) => ({ ...text, target: `/in/${name}`, shard: "*" })),
      resources: { cpuMillis: 1000, memoryMb: 64 },
      timeouts: { executionSeconds: 30, queueSeconds: 30, totalSeconds: 60 },
      sharding: { kind: "range", count: 2, perTask: 2, items: 2 },
    });
    await board.put(encodeSpec(spec), "spec.json");
    return spec;
  }

  async function post(spec: JobSpec): Promise<FoundJob> {
    const arbiters = {
      arbiter: addressOf("arbiter"),
      fallbackArbiter: devnet.accounts.deployer.account.address,
    };
    const params: JobParams = {
      ...{ specDigest: specDigest(spec), token: zeroAddress, minPrice: 1n, maxPrice: 1n, rampEpochs: 0 },
      ...{ stake: STAKE, arbiterFee: parseEther("1"), challengeBond: parseEther("2") },
      ...{ tasks: 1, shardsPerTask: 2, mode: 0, m: 1, n: 1, maxRounds: 1 },
      ...{ auditBps: 0, holdbackBps: 0, coordinatorBps: 0, revealEpochs: 0, attestEpochs: 0 },
      ...{ acceptEpochs: 100, localEpochs: 0, execEpochs: 300, challengeEpochs: 60 },
      ...{ arbitrationEpochs: 1_000, holdbackEpochs: 0, holdbackTermEpochs: 0, ...arbiters },
      ...{ attestors: zeroHash, coordinator: zeroAddress, workerRoot: zeroHash, inputsRoot: zeroHash },
    };
    const specCidBytes: Hex = `0x01551220${specDigest(spec).slice(2)}`;
    const given = { address: devnet.contracts.escrow, params, specCid: specCidBytes };
    return jobOf((await devnet.hurry(createJobSync(parties.requester, given))).event);
  }

  const addressOf = (who: keyof typeof parties) => parties[who].account.address;

  async function workerWith(name: string, change: (node: Bacalhau) => Bacalhau, fromBlock: bigint) {
    const shelf = await shelfAt(name);
    const node = await startComputeNode({ dataDir: join(folder, `${name}-node`) });
    stack.defer(() => node.close());
    const registry = { address: devnet.contracts.computeRegistry };
    const worker = addressOf("worker");
    await devnet.hurry(
      registerComputeNodeSync(parties.worker, { ...registry, operator: worker, endpoint: shelf.url }),
    );
    const arbiters = [addressOf("arbiter"), devnet.accounts.deployer.account.address] as const;
    for (const arbiter of arbiters)
      await devnet.hurry(acceptArbiterSync(parties.worker, { ...registry, arbiter }));
    const stake = { ...registry, worker, token: zeroAddress, amount: STAKE };
    await devnet.hurry(depositStakeSync(parties.worker, stake));
    const role = createWorker({
      ...{ client, wallet: parties.worker, contracts: devnet.contracts, shelf, arbiters, fromBlock },
      ...{ policy: { maxTasks: 1, minPrice: 1n }, holdings: async () => [] },
      sources: createSources({ shelf, blobs: [board.url], providers: [] }),
      node: change(createBacalhau({ url: node.url, clock: systemClock, pollMs: 20 })),
    });
    return { role, shelf };
  }

  function checkers(fromBlock: bigint): Role<{ kind: string }>[] {
    const { escrow } = devnet.contracts;
    return [
      createAuditor({
        ...{ client, wallet: parties.auditor, escrow, sources, fromBlock },
        ...{ policy: { share: 1 }, random: () => 0 },
      }),
      createArbiter({ client, wallet: parties.arbiter, contracts: devnet.contracts, sources, fromBlock }),
    ];
  }

  /** Everybody's turns until the job's task is over. @returns what was done, and its state */
  async function play(job: FoundJob, roles: Role<{ kind: string }>[]) {
    const told: string[] = [];
    for (let round = 0; round < 60; round++) {
      for (const role of roles) {
        for (const { intent, error } of await devnet.hurry(role.step())) {
          if (error !== undefined) throw error;
          told.push(intent.kind);
        }
      }
      const task = await getTask(parties.requester, {
        address: devnet.contracts.escrow,
        jobId: job.id,
        task: 0,
      });
      if (["Accepted", "Refunded", "Settled"].includes(task.state)) return { told, state: task.state };
      await devnet.advance(5n);
    }
    throw new Error(`it never ended: ${told.join(", ")}`);
  }

  const ARGS = ["/in/a/text.txt", "{shard}", "{shards}"];

  it("a task is taken, run, submitted, found right and paid; its result is served and verifies", async () => {
    const spec = await specOf("word-count", ARGS, "one two two\nthree three three\n");
    const job = await post(spec);
    const { role, shelf } = await workerWith("honest", (node) => node, job.created);
    const { told, state } = await play(job, [role, ...checkers(job.created)]);
    expect(state).to.equal("Accepted");
    const done = told.filter((kind) => kind !== "poke");
    expect(done).to.deep.equal(["examine", "accept", "run", "submit", "rerun"]);
    const { escrow } = devnet.contracts;
    const [submitted] = await client.getContractEvents({
      ...{ address: escrow, abi: computeEscrowAbi, eventName: "TaskSubmitted", fromBlock: job.created },
    });
    const { root, dataCid } = submitted!.args as { root: Hex; dataCid: Hex };
    const answer = await fetch(`${shelf.url}/results/${cidOfDataCid(dataCid)}`);
    const car = new Uint8Array(await answer.arrayBuffer());
    const { manifests } = verifyTaskResult(car, { spec: specCid(spec), task: 0, root });
    expect(manifests.map(({ files }) => files.map(({ path }) => path))).to.deep.equal([
      ["outputs/words.tsv", "stdout"],
      ["outputs/words.tsv", "stdout"],
    ]);
  });

  it("a made-up result is run again, challenged, ruled wrong and slashed", async () => {
    const job = await post(await specOf("word-count", ARGS, "a lie\nhas short legs\n"));
    const cheat = (node: Bacalhau): Bacalhau => ({
      run: async (compiled) => {
        const { exitCode, files } = await node.run(compiled);
        return { exitCode, files: files.map(({ path }) => ({ path, bytes: new TextEncoder().encode("x") })) };
      },
    });
    const { role } = await workerWith("cheat", cheat, job.created);
    const stake = {
      address: devnet.contracts.computeRegistry,
      worker: addressOf("worker"),
      token: zeroAddress,
    };
    const before = await getStake(parties.worker, stake);
    const { told, state } = await play(job, [role, ...checkers(job.created)]);
    expect(state).to.equal("Refunded");
    expect(told).to.include.members(["rerun", "lock", "name", "rule"]);
    const after = await getStake(parties.worker, stake);
    expect(before.free - after.free - after.locked).to.equal(STAKE);
  });

  it("an arbiter's three runs catch guests that show their environment, file times or directories' order", async () => {
    const ids = { chainId: devnetChain.id, jobId: 1n, task: 0, round: 0 };
    const guests = { environment: [], "file-time": ["/in/a/text.txt"], "directory-order": ["/in"] };
    for (const [name, args] of Object.entries(guests)) {
      const spec = await specOf(`test/${name}`, args, "text");
      expect(await examineTask({ ...ids, spec }, sources), name).to.equal("nondeterministic");
    }
    const honest = await specOf("word-count", ARGS, "one\ntwo\n");
    expect(await examineTask({ ...ids, spec: honest }, sources)).to.have.property("root");
    const nowhere = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    const gone = { ...honest, inputs: honest.inputs.map((input) => ({ ...input, cid: nowhere })) };
    expect(await examineTask({ ...ids, spec: gone }, sources)).to.equal("unavailable");
  });
});
