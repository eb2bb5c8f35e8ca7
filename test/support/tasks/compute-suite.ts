import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  acceptTasksSync,
  chains,
  createHoldfastClient,
  digestOfCid,
  encodeSpec,
  getComputeCredit,
  getJob,
  getJobCount,
  getStake,
  getTask,
  type HoldfastClient,
  hashPiece,
  inputsTree,
  type JobSpec,
  jobCost,
  parseSpec,
  specCid,
  specDigest,
  submitTasksSync,
} from "@holdfast/sdk";
import { expect } from "chai";
import { type Address, concat, erc20Abi, type Hex, http, parseEther, zeroAddress, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { cidOfBytes } from "../cid-of-bytes.ts";
import { startRpcProxy } from "../rpc-proxy.ts";
import type { TaskStage, TestAccount } from "../task-stage.ts";

interface Failure {
  error: { name: string; message: string; next: string };
}

/** What `compute run` says. */
interface LocalRun {
  spec: string;
  tasks: {
    task: number;
    root: Hex;
    dataCid: string;
    pieceCid: string;
    shards: { exit: number; files: { path: string; sha256: string }[] }[];
  }[];
}

const GUESTS = join(import.meta.dirname, "../../../devnet/guests");
const TEXT = "to be or not to be\nthat is the question\nwhether it is nobler\n";
const TASKS = 6;
/** Windows that no slow machine outlasts: an epoch is a second. */
const WINDOWS = ["--accept", "2000", "--exec", "2000", "--challenge", "2000"];

/** Told of in tasks/compute.test.ts. */
export function computeSuite(stage: TaskStage): void {
  const usdfc = () => stage.chain.contracts.usdfc;
  const escrow = () => ({ address: stage.chain.contracts.escrow });
  const registry = () => ({ address: stage.chain.contracts.computeRegistry });
  const requester = () => stage.account("client");
  const challenger = () => stage.account("keeper");
  const node = () => stage.account("provider 1 worker");
  const operator = () => stage.account("provider 1 owner");
  const keyOf = ({ key }: TestAccount) => ["--key", `${key}`];
  const failing = (args: string[], code: number, env: Record<string, string> = {}) =>
    stage.tasks.json<Failure>(args, { code, env }).then(({ error }) => error);
  const as = ({ privateKey }: TestAccount): HoldfastClient & { account: { address: Address } } =>
    createHoldfastClient({
      ...{ chain: chains.devnet, transport: http(stage.chain.rpcUrl) },
      account: privateKeyToAccount(privateKey),
    }) as never;
  const advance = (epochs: number) =>
    stage.client.request({ method: "hardhat_mine", params: [`0x${epochs.toString(16)}`, "0x1e"] } as never);
  const post = (spec: string, ...more: string[]) => [
    ...["compute", "job", "post", spec, "--price", "0.5", "--fallback", challenger().address, ...more],
  ];

  let folder: string;
  let spec: JobSpec;
  let specPath: string;
  let local: LocalRun;
  let server: Server;
  /** What the compute node serves, by CID. */
  const served = new Map<string, Uint8Array>();

  before(async () => {
    folder = join(stage.tasks.home, "compute");
    await mkdir(folder, { recursive: true });
    const module = await readFile(join(GUESTS, "word-count/word-count.wasm"));
    spec = parseSpec({
      ...{ v: 1, engine: "wasm", module: { cid: cidOfBytes(module), name: "main.wasm" } },
      ...{ entrypoint: "_start", args: ["/in/words.txt", "{shard}", "{shards}"], env: {} },
      inputs: [{ cid: cidOfBytes(Buffer.from(TEXT)), name: "words.txt", target: "/in", shard: "*" }],
      ...{ outputs: ["outputs"], resources: { cpuMillis: 1000, memoryMb: 64 } },
      timeouts: { executionSeconds: 60, queueSeconds: 60, totalSeconds: 120 },
      ...{ determinism: "strict", sharding: { kind: "range", count: TASKS, perTask: 1, items: TASKS } },
    });
    specPath = join(folder, "spec.json");
    await writeFile(specPath, JSON.stringify(spec, null, 2));
    await writeFile(join(folder, "module-by-any-name.bin"), module);
    await writeFile(join(folder, "words.txt"), TEXT);
    server = createServer((request, response) => {
      const bytes = served.get(request.url!.replace("/results/", ""));
      if (bytes === undefined) response.writeHead(404).end();
      else response.end(bytes);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  describe("compute lint", () => {
    it("says what a module is fit for, and by the exit code whether nodes run it", async () => {
      const strict = await stage.tasks.json(["compute", "lint", join(GUESTS, "word-count/word-count.wasm")]);
      expect(strict).to.include({ verdict: "strict" });
      const loose = await stage.tasks.json<{ verdict: string; findings: { where: string; next: string }[] }>([
        ...["compute", "lint", join(GUESTS, "test/entropy/entropy.wasm")],
      ]);
      expect(loose.verdict).to.equal("loose");
      expect(loose.findings.map(({ where }) => where).join()).to.contain("random_get");
      const { code, stdout } = await stage.tasks.run(["compute", "lint", join(folder, "words.txt")]);
      expect(code).to.equal(1);
      expect(stdout)
        .to.contain("refused: no node runs it")
        .and.to.match(/what to do +\S/);
      expect((await failing(["compute", "lint", join(folder, "nothing.wasm")], 3)).message).to.contain(
        "ENOENT",
      );
    });
  });

  describe("compute run", () => {
    it("prints exit, files and roots, the same each time, without a chain", async () => {
      const env = { HOLDFAST_DEVNET_RPC_URL: "http://127.0.0.1:9" };
      const results = join(folder, "results");
      local = await stage.tasks.json<LocalRun>(["compute", "run", specPath, "--out", results], { env });
      expect(local.spec).to.equal(specCid(spec));
      expect(local.tasks.map(({ task }) => task)).to.deep.equal([0, 1, 2, 3, 4, 5]);
      for (const { shards, dataCid } of local.tasks) {
        const [{ exit, files }] = shards as [LocalRun["tasks"][0]["shards"][0]];
        expect([exit, ...files.map(({ path }) => path)]).to.deep.equal([0, "outputs/words.tsv", "stdout"]);
        served.set(dataCid, await readFile(join(results, dataCid)));
      }
      const again = await stage.tasks.json<LocalRun>(["compute", "run", specPath, "--tasks", "1-2"], { env });
      expect(again.tasks).to.deep.equal(local.tasks.slice(1, 3));
      const { stdout } = await stage.tasks.run(["compute", "run", specPath, "--tasks", "0"], { env });
      expect(stdout)
        .to.contain(local.tasks[0]!.root)
        .and.to.contain(local.tasks[0]!.shards[0]!.files[0]!.sha256);
    });

    it("refuses what the linter refuses, and files that are not the spec's", async () => {
      const entropy = await readFile(join(GUESTS, "test/entropy/entropy.wasm"));
      const path = join(folder, "loose.json");
      await writeFile(join(folder, "entropy.wasm"), entropy);
      await writeFile(
        path,
        JSON.stringify({ ...spec, module: { cid: cidOfBytes(entropy), name: "entropy.wasm" } }),
      );
      const refused = await failing(["compute", "run", path], 1);
      expect(refused.message)
        .to.match(/^entropy\.wasm is refused at .*random_get/)
        .and.contain("strict spec");
      expect(refused.next).to.match(/^npx hardhat compute lint /);
      expect(await failing(post(path), 1)).to.deep.equal(refused);
      const missing = await failing(["compute", "run", specPath, "--files", stage.tasks.home], 3);
      expect(missing.message).to.match(/^No file in .* has the bytes of main\.wasm \(bafkrei/);
      await writeFile(path, JSON.stringify({ ...spec, entrypoint: "main" }));
      expect((await failing(["compute", "run", path], 1)).message).to.contain("entrypoint");
    });
  });

  describe("compute node", () => {
    it("registers, with arbiters and an operator who confirms", async () => {
      const register = ["compute", "node", "register"];
      expect((await failing([...register, ...keyOf(node())], 3)).next).to.contain("--endpoint");
      expect((await failing(["compute", "node", "status", ...keyOf(node())], 3)).message).to.contain(
        "no compute node",
      );
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const arbiters = [stage.chain.contracts.arbiter, challenger().address];
      const registered = await stage.dryThenWet<{ transactions: object[] }>(
        [
          ...register,
          "--endpoint",
          `${endpoint}/`,
          "--operator",
          operator().address,
          "--arbiters",
          arbiters.join(),
        ],
        node(),
      );
      expect(registered).to.deep.include({ endpoint, operator: operator().address, arbiters });
      expect(registered.transactions).to.have.length(3);
      const again = await failing([...register, "--arbiters", arbiters.join(), ...keyOf(node())], 3);
      expect(again.message).to.contain("registered like that already");
      await stage.dryThenWet(
        [...register, "--confirm", node().address, "--control", stage.miner()],
        operator(),
      );
      expect(
        await stage.tasks.json(["compute", "node", "status", "--worker", node().address]),
      ).to.deep.include({
        ...{ endpoint, operator: operator().address, confirmed: true },
      });
    });

    it("stakes in FIL and by permit in a token, and takes out what has waited", async () => {
      const stake = ["compute", "node", "stake"];
      await stage.dryThenWet([...stake, "40"], node());
      const poor = await failing([...stake, "5", "--token", "USDFC", ...keyOf(node())], 3);
      expect(poor.message).to.match(/^You need 5 USDFC to stake, and have 0 USDFC\.$/);
      await give(node(), parseEther("30"));
      await stage.dryThenWet([...stake, "30", "--token", usdfc()], node());
      for (const [token, free] of [
        [zeroAddress, parseEther("40")],
        [usdfc(), parseEther("30")],
      ] as const) {
        expect(
          (await getStake(stage.client, { ...registry(), worker: node().address, token })).free,
        ).to.equal(free);
      }
      const unstake = ["compute", "node", "unstake"];
      expect((await failing([...unstake, "41", ...keyOf(node())], 3)).message).to.contain("40 FIL are free");
      await stage.dryThenWet([...unstake, "1"], node());
      const early = await failing([...unstake, ...keyOf(node())], 3);
      expect(early.message).to.match(
        /^1 FIL can be withdrawn after epoch [\d,]+ ~ \d{4}-\d\d-\d\d \d\d:\d\d, in /,
      );
      const { unbonding } = await getStake(stage.client, {
        ...{ ...registry(), worker: node().address, token: zeroAddress },
      });
      expect(unbonding).to.equal(parseEther("1"));
    });
  });

  describe("compute job post", () => {
    it("says before anything is signed what is missing", async () => {
      const bare = ["compute", "job", "post", specPath];
      expect((await failing([...bare, "--fallback", challenger().address], 3)).next).to.contain("--price");
      expect((await failing([...bare, "--price", "1"], 3)).next).to.contain("--fallback");
      const poor = await failing([...post(specPath), "--token", "USDFC", ...keyOf(challenger())], 3);
      expect(poor.message).to.match(/^You need 4\.5 USDFC to post it, and have 0 USDFC\.$/);
      const lie = await failing(post(specPath, "--stake", "1"), 1);
      expect(lie.message).to.contain("stake");
      for (const wrong of [
        ["--mode", "guess"],
        ["--quorum", "2of3"],
        ["--mode", "attested"],
        ["--local", "9"],
        ["--coordinator", challenger().address],
        ["--holdback", "1d"],
      ]) {
        expect((await failing(post(specPath, ...wrong), 3)).next, wrong.join(" ")).to.match(
          /^npx hardhat compute job post/,
        );
      }
    });

    it("knows terms of every mode that the escrow takes", async () => {
      const piece = hashPiece(new Uint8Array(200)).cid;
      const asked = [
        ["--mode", "quorum", "--quorum", "3of5"],
        ["--mode", "attested", "--attestors", `1of:${challenger().address},${operator().address}`],
        ["--inputs", `0:${piece},1:${piece}`, "--min-price", "0.1"],
        ["--holdback-bps", "2500", "--coordinator", challenger().address, "--coordinator-bps", "500"],
        ["--audit", "100", "--workers", node().address],
      ];
      for (const more of asked) {
        // A dry run tries the call: the escrow has checked all terms.
        const { costs } = await stage.tasks.json<{
          costs: { params: Record<string, unknown>; token: { locked: string } };
        }>([...[...post(specPath, ...more), "--dry-run"]]);
        const { params } = costs;
        if (more.includes("quorum")) {
          expect(params).to.include({ mode: 1, m: 3, n: 5 });
          expect(costs.token.locked).to.equal(`${(parseEther("2.5") + parseEther("0.25")) * BigInt(TASKS)}`);
        }
        if (more.includes("--inputs")) {
          const { root } = inputsTree([0, 1].map((task) => ({ task, pieceCid: piece })));
          expect(params).to.include({ inputsRoot: root, localEpochs: 20, rampEpochs: 20 });
        } else {
          expect(params).to.include({ inputsRoot: zeroHash, localEpochs: 0 });
        }
      }
    });

    it("posts in FIL, publishes the files, and shows what it costs and until when", async () => {
      const published = join(folder, "published");
      const { code, stdout } = await stage.tasks.run([...post(specPath, ...WINDOWS), "--dry-run"]);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^locked now +4\.5 FIL; /m);
      expect(stdout).to.match(/^FIL that goes with it +4\.5 FIL$/m);
      expect(stdout).to.match(/^a worker stakes +3 FIL a slot$/m);
      expect(stdout).to.match(/^accepted by +epoch [\d,]+ ~ \d{4}-\d\d-\d\d \d\d:\d\d, in /m);
      expect(existsSync(published)).to.equal(false);
      const told = await stage.dryThenWet<{ job: string; specCid: string }>(
        post(specPath, ...WINDOWS, "--publish", published),
      );
      expect(told).to.include({ job: "1", specCid: specCid(spec) });
      expect(Buffer.compare(await readFile(join(published, told.specCid)), encodeSpec(spec))).to.equal(0);
      expect(await readFile(join(published, spec.inputs[0]!.cid), "utf8")).to.equal(TEXT);
      const { params } = await jobOf(1n);
      expect(params).to.include({ specDigest: specDigest(spec), tasks: TASKS, token: zeroAddress });
      expect(await stage.client.getBalance(escrow())).to.equal(jobCost(params));
    });

    it("posts in a token by permit", async () => {
      const told = await stage.dryThenWet<{ job: string }>(post(specPath, ...WINDOWS, "--token", "USDFC"));
      expect(told.job).to.equal("2");
      const { params } = await jobOf(2n);
      expect(params.token).to.equal(usdfc());
      expect(await tokens(escrow().address)).to.equal(jobCost(params));
    });
  });

  describe("compute job list, status and result", () => {
    it("tells of tasks that a compute node took and worked on", async () => {
      for (const id of [1n, 2n]) await work(id);
      const { jobs } = await stage.tasks.json<{ jobs: { job: string; states: Record<string, number> }[] }>([
        ...["compute", "job", "list", "--requester", requester().address],
      ]);
      expect(jobs.map(({ job, states }) => [job, states])).to.deep.equal([
        ["2", { Submitted: TASKS }],
        ["1", { Submitted: TASKS }],
      ]);
      expect(
        (
          await stage.tasks.json<{ jobs: object[] }>([
            "compute",
            "job",
            "list",
            "--requester",
            node().address,
          ])
        ).jobs,
      ).to.be.empty;
      const { tasks } = await stage.tasks.json<{
        tasks: { state: string; slots: { worker: string; answer: string }[] }[];
      }>(["compute", "job", "status", "1"]);
      expect(tasks.map(({ state, slots }) => [state, slots[0]!.worker, slots[0]!.answer])).to.deep.equal(
        local.tasks.map(({ root }) => ["Submitted", node().address, root]),
      );
      const { stdout } = await stage.tasks.run(["compute", "job", "status", "1", "--tasks", "3"]);
      expect(stdout).to.match(/^3 +Submitted +0 .*epoch [\d,]+ ~ .*0x/m);
      expect((await failing(["compute", "job", "status", "9"], 1)).next).to.match(
        /^npx hardhat compute job list/,
      );
      expect((await failing(["compute", "job", "status", "1", "--tasks", "6"], 3)).message).to.contain(
        "no task 6",
      );
    });

    it("writes results of which every byte hashes to the root on chain", async () => {
      const out = join(folder, "out");
      const told = await stage.tasks.json<{ tasks: { task: number; root: string; folder: string }[] }>([
        ...["compute", "job", "result", "1", "--out", out],
      ]);
      expect(told.tasks.map(({ root }) => root)).to.deep.equal(local.tasks.map(({ root }) => root));
      const words = await readFile(join(out, "task-0/outputs/words.tsv"), "utf8");
      expect(words).to.match(/^\S+\t\d+\n/);
      expect(await readFile(join(out, "task-0/stdout"), "utf8")).to.contain("words");
      const again = await failing(["compute", "job", "result", "1", "--task", "0", "--out", out], 3);
      expect(again.message).to.contain("is there already");
    });

    it("refuses one flipped byte, and bytes that are not shown, with the reason, and writes nothing", async () => {
      const { dataCid } = local.tasks[1]!;
      const right = served.get(dataCid)!;
      const out = join(folder, "refused");
      const fetching = ["compute", "job", "result", "1", "--task", "1", "--out", out];
      for (const at of [3, right.length - 1]) {
        const wrong = right.slice();
        wrong[at]! ^= 1;
        served.set(dataCid, wrong);
        const { message, next } = await failing(fetching, 1);
        expect(message).to.match(/^The result of task 1 is refused: \S/);
        expect(next).to.contain("npx hardhat compute job challenge 1 1 --withheld");
      }
      // Sound in itself, and of another task.
      served.set(dataCid, served.get(local.tasks[0]!.dataCid)!);
      expect((await failing(fetching, 1)).message).to.contain("its root is");
      served.delete(dataCid);
      expect((await failing(fetching, 1)).message).to.contain("404");
      expect(existsSync(out)).to.equal(false);
      // Of several, those that are right are written.
      const some = await stage.tasks.json<Failure & { done: { tasks: { task: number }[] } }>(
        ["compute", "job", "result", "1", "--task", "0-2", "--out", out],
        { code: 2 },
      );
      expect(some.error.message).to.contain("2 of 3 results are verified").and.contain("task 1");
      expect((await readdir(out)).sort()).to.deep.equal(["task-0", "task-2"]);
      served.set(dataCid, right);
      await stage.tasks.json(fetching);
      expect((await readdir(out)).sort()).to.deep.equal(["task-0", "task-1", "task-2"]);
    });
  });

  describe("compute job approve, challenge, cancel and refund", () => {
    it("approves as the requester, which pays the node", async () => {
      const stranger = await failing(
        ["compute", "job", "approve", "1", "--tasks", "0", ...keyOf(challenger())],
        1,
      );
      expect(stranger.message).to.contain("did not post this job");
      const told = await stage.dryThenWet<{ tasks: { task: number; state: string; refund: string }[] }>([
        ...["compute", "job", "approve", "1", "--tasks", "0-1"],
      ]);
      // Of each task the ruling's fee comes back.
      expect(told.tasks).to.deep.equal(
        [0, 1].map((task) => ({ task, state: "Accepted", refund: `${parseEther("0.25")}` })),
      );
      expect(await credit(node())).to.equal(parseEther("1"));
      const twice = await failing(["compute", "job", "approve", "1", "--tasks", "0"], 1);
      expect(twice.message).to.equal("Task 0 is Accepted, not Submitted.");
      await stage.dryThenWet(["compute", "job", "approve", "2"]);
      expect(await credit(node(), usdfc())).to.equal(parseEther("3"));
      const out = join(folder, "tokens");
      await stage.tasks.json(["compute", "job", "result", "2", "--task", "5", "--out", out]);
    });

    it("locks and names a challenge, and keeps nothing", async () => {
      const root = local.tasks[0]!.root;
      const standing = await failing(challenge(2, "--root", local.tasks[2]!.root), 1);
      expect(standing.message).to.contain("is the root that stands");
      for (const wrong of [["--root", "0x12"], ["--root", root, "--withheld"], []]) {
        expect((await failing(challenge(2, ...wrong), 3)).next).to.match(
          /^npx hardhat compute job challenge 1 2 --root/,
        );
      }
      expect((await failing(challenge(2, "--withheld", "--wait", "safe"), 3)).message).to.contain(
        "no time to wait",
      );
      const told = await stage.dryThenWet<{ state: string; transactions: { call: string }[] }>(
        challenge(2, "--root", root).slice(0, -2),
        challenger(),
      );
      expect(told.transactions.map(({ call }) => call)).to.deep.equal(["lockChallenge", "nameChallenge"]);
      expect(await taskOf(2)).to.include({ state: "Disputed", named: true, claim: root });
      expect(await kept()).to.be.empty;
      const late = await failing(challenge(2, "--root", root), 1);
      expect(late.message).to.equal("Task 2 is Disputed: only a submitted result is challenged.");
      await stage.dryThenWet(challenge(3, "--withheld").slice(0, -2), challenger());
      expect(await taskOf(3)).to.include({ state: "Disputed", claim: `0x${"03".padStart(64, "0")}` });
    });

    it("names by the same command what a crash left locked, with the salt that was kept", async () => {
      const root = local.tasks[0]!.root;
      let sent = 0;
      {
        await using proxy = await startRpcProxy({
          to: stage.chain.rpcUrl,
          onRequest: ({ method }) => method !== "eth_sendRawTransaction" || ++sent === 1,
        });
        const env = { HOLDFAST_DEVNET_RPC_URL: proxy.url };
        const { error } = await stage.tasks.json<Failure>(challenge(4, "--root", root), {
          // Where devnets are recorded by their port, this one is not.
          env: { ...env, HOLDFAST_ESCROW_ADDRESS: escrow().address },
          code: 2,
        });
        expect(error.message).to.contain("1 of 2 transactions landed");
        expect(error.next).to.match(/^npx hardhat compute job challenge 1 4: names it, by epoch/);
      }
      expect(await taskOf(4)).to.include({ state: "Challenged", named: false });
      const [file] = await kept();
      const path = join(CHALLENGES, file!);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      const [, salt] = (await readFile(path, "utf8")).trim().split(" ");
      for (const { stdout, stderr } of stage.tasks.runs)
        expect(stdout + stderr).to.not.contain(salt!.slice(2));
      expect((await failing(challenge(4, "--withheld"), 3)).message).to.contain(`names ${root} is begun`);
      expect((await failing(["compute", "job", "challenge", "1", "4", "--withheld"], 1)).message).to.contain(
        "Task 4 is Challenged",
      );
      const told = await stage.dryThenWet<{ transactions: { call: string }[] }>(
        ["compute", "job", "challenge", "1", "4"],
        challenger(),
      );
      expect(told.transactions.map(({ call }) => call)).to.deep.equal(["nameChallenge"]);
      expect(await taskOf(4)).to.include({ state: "Disputed", named: true, claim: root });
      expect(await kept()).to.be.empty;
    });

    it("cancels what nobody took, and takes out the credit", async () => {
      const { job } = await stage.tasks.json<{ job: string }>(post(specPath, ...WINDOWS));
      const told = await stage.dryThenWet<{ tasks: { state: string }[]; refund: string }>([
        ...["compute", "job", "cancel", job, "--tasks", "0-4"],
      ]);
      expect(told.refund).to.equal(`${parseEther("3.75")}`);
      expect(told.tasks.map(({ state }) => state)).to.deep.equal(Array.from({ length: 5 }, () => "Refunded"));
      const again = await failing(["compute", "job", "cancel", "1"], 1);
      expect(again.message).to.equal("Job 1 has no task that nobody took.");
      const owed = await credit(requester());
      const early = await failing(["compute", "job", "refund", job], 1);
      expect(early.message).to.match(/^Nothing of job 3 is due: its next deadline is epoch [\d,]+ ~ /);
      expect(early.next).to.match(/^npx hardhat compute job refund 3 --withdraw: /);
      const paid = await stage.dryThenWet<{ withdrawn: string; credit: string }>([
        ...["compute", "job", "refund", job, "--withdraw"],
      ]);
      expect(paid).to.include({ withdrawn: `${owed}`, credit: "0" });
    });

    it("refunds what time has run out for, sent by anyone", async () => {
      const { job } = await stage.tasks.json<{ job: string }>(post(specPath, "--accept", "5"));
      await advance(10);
      const { tasks } = await stage.tasks.json<{ tasks: { due: boolean }[] }>([
        "compute",
        "job",
        "status",
        job,
      ]);
      expect(tasks.every(({ due }) => due)).to.equal(true);
      const told = await stage.dryThenWet<{ tasks: { state: string }[]; refund: string; credit: string }>(
        ["compute", "job", "refund", job],
        challenger(),
      );
      expect(told.tasks.map(({ state }) => state)).to.deep.equal(
        Array.from({ length: TASKS }, () => "Refunded"),
      );
      expect(told.refund).to.equal(`${parseEther("4.5")}`);
      expect(await credit(requester())).to.equal(parseEther("4.5"));
      const over = await failing(["compute", "job", "refund", job, "--withdraw", ...keyOf(challenger())], 1);
      expect(over.message).to.equal(`Every task of job ${job} has ended. The sender has no credit.`);
      expect(await getJobCount(stage.client, escrow())).to.equal(BigInt(job));
    });
  });

  const CHALLENGES = join(import.meta.dirname, "../../../.holdfast/challenges");

  /** Challenges of this escrow that are kept. */
  async function kept(): Promise<string[]> {
    const names = await readdir(CHALLENGES).catch(() => []);
    return names.filter((name) => name.includes(`${escrow().address.toLowerCase()}-1-`));
  }

  function challenge(task: number, ...more: string[]): string[] {
    return ["compute", "job", "challenge", "1", `${task}`, ...more, ...keyOf(challenger())];
  }

  function jobOf(jobId: bigint) {
    return getJob(stage.client, { ...escrow(), jobId });
  }

  function taskOf(task: number) {
    return getTask(stage.client, { ...escrow(), jobId: 1n, task });
  }

  function credit({ address: account }: TestAccount, token: Address = zeroAddress) {
    return getComputeCredit(stage.client, { ...escrow(), account, token });
  }

  function tokens(owner: Address): Promise<bigint> {
    return stage.client.readContract({
      ...{ address: usdfc(), abi: erc20Abi, functionName: "balanceOf" as const },
      args: [owner],
    });
  }

  async function give({ address: to }: TestAccount, amount: bigint): Promise<void> {
    const client = as(requester());
    const hash = await client.writeContract({
      ...{ address: usdfc(), abi: erc20Abi, functionName: "transfer" as const, args: [to, amount] as const },
      ...{ account: privateKeyToAccount(requester().privateKey), chain: chains.devnet },
    });
    await client.waitForTransactionReceipt({ hash });
  }

  /** As the compute node: takes every task, and submits what `compute run` came to. */
  async function work(jobId: bigint): Promise<void> {
    const client = as(node());
    const job = await jobOf(jobId);
    const numbers = local.tasks.map(({ task }) => task);
    await acceptTasksSync(client, { ...escrow(), job, tasks: numbers });
    for (const { task, root, dataCid } of local.tasks) {
      await submitTasksSync(client, {
        ...{ ...escrow(), job, results: [{ task, root }] },
        dataCid: concat(["0x01551220", digestOfCid(dataCid)]),
      });
    }
  }
}
