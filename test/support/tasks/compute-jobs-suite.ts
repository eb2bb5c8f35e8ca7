import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getJobCount } from "@holdfast/sdk";
import { expect } from "chai";
import { parseEther } from "viem";
import { startRpcProxy } from "../rpc-proxy.ts";
import { type ComputeSetting, type Failure, TASKS, WINDOWS } from "./compute-setting.ts";

const CHALLENGES = join(import.meta.dirname, "../../../.holdfast/challenges");

/** Told of in tasks/compute.test.ts; goes on from compute-suite.ts. */
export function computeJobsSuite(setting: ComputeSetting): void {
  const { stage, usdfc, escrow, requester, challenger, node, keyOf, failing, post, jobOf } = setting;
  const { taskOf, credit, work, give, tokens } = setting;

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
        setting.local.tasks.map(({ root }) => ["Submitted", node().address, root]),
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
      const out = join(setting.folder, "out");
      const told = await stage.tasks.json<{ tasks: { task: number; root: string; folder: string }[] }>([
        ...["compute", "job", "result", "1", "--out", out],
      ]);
      expect(told.tasks.map(({ root }) => root)).to.deep.equal(setting.local.tasks.map(({ root }) => root));
      const words = await readFile(join(out, "task-0/outputs/words.tsv"), "utf8");
      expect(words).to.match(/^\S+\t\d+\n/);
      expect(await readFile(join(out, "task-0/stdout"), "utf8")).to.contain("words");
      const again = await failing(["compute", "job", "result", "1", "--task", "0", "--out", out], 3);
      expect(again.message).to.contain("is there already");
    });

    it("refuses one flipped byte, and bytes that are not shown, with the reason, and writes nothing", async () => {
      const { dataCid } = setting.local.tasks[1]!;
      const right = setting.served.get(dataCid)!;
      const out = join(setting.folder, "refused");
      const fetching = ["compute", "job", "result", "1", "--task", "1", "--out", out];
      for (const at of [3, right.length - 1]) {
        const wrong = right.slice();
        wrong[at]! ^= 1;
        setting.served.set(dataCid, wrong);
        const { message, next } = await failing(fetching, 1);
        expect(message).to.match(/^The result of task 1 is refused: \S/);
        expect(next).to.contain("npx hardhat compute job challenge 1 1 --withheld");
      }
      // Sound in itself, and of another task.
      setting.served.set(dataCid, setting.served.get(setting.local.tasks[0]!.dataCid)!);
      expect((await failing(fetching, 1)).message).to.contain("its root is");
      setting.served.delete(dataCid);
      expect((await failing(fetching, 1)).message).to.contain("404");
      expect(existsSync(out)).to.equal(false);
      // Of several, those that are right are written.
      const some = await stage.tasks.json<Failure & { done: { tasks: { task: number }[] } }>(
        ["compute", "job", "result", "1", "--task", "0-2", "--out", out],
        { code: 2 },
      );
      expect(some.error.message).to.contain("2 of 3 results are verified").and.contain("task 1");
      expect((await readdir(out)).sort()).to.deep.equal(["task-0", "task-2"]);
      setting.served.set(dataCid, right);
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
      await stage.dryThenWet(["compute", "job", "approve", "2", "--tasks", "0-4"]);
      expect(await credit(node(), usdfc())).to.equal(parseEther("2.5"));
      const out = join(setting.folder, "tokens");
      await stage.tasks.json(["compute", "job", "result", "2", "--task", "5", "--out", out]);
    });

    it("locks and names a challenge, and keeps nothing", async () => {
      const root = setting.local.tasks[0]!.root;
      const standing = await failing(challenge(2, "--root", setting.local.tasks[2]!.root), 1);
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

    it("puts up a bond in a token by an allowance of just that", async () => {
      const inTokens = ["compute", "job", "challenge", "2", "5", "--withheld"];
      const poor = await failing([...inTokens, ...keyOf(challenger())], 3);
      expect(poor.message).to.equal("You need 0.375 USDFC to challenge, and have 0 USDFC.");
      await give(challenger(), parseEther("0.375"));
      const { transactions } = await stage.dryThenWet<{ transactions: { call: string }[] }>(
        inTokens,
        challenger(),
      );
      expect(transactions.map(({ call }) => call)).to.deep.equal([
        ...["approve", "lockChallenge", "nameChallenge"],
      ]);
      expect(await tokens(challenger().address)).to.equal(0n);
    });

    it("names by the same command what a crash left locked, with the salt that was kept", async () => {
      const root = setting.local.tasks[0]!.root;
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
      const { job } = await stage.tasks.json<{ job: string }>(post(setting.specPath, ...WINDOWS));
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
      const { job } = await stage.tasks.json<{ job: string }>(post(setting.specPath, "--accept", "5"));
      await passed(BigInt(job));
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

  /** Challenges of this escrow that are kept. */
  async function kept(): Promise<string[]> {
    const names = await readdir(CHALLENGES).catch(() => []);
    return names.filter((name) => name.includes(`${escrow().address.toLowerCase()}-1-`));
  }

  function challenge(task: number, ...more: string[]): string[] {
    return ["compute", "job", "challenge", "1", `${task}`, ...more, ...keyOf(challenger())];
  }

  /** Until nobody may accept a job any more. */
  async function passed(jobId: bigint): Promise<void> {
    const { created, params } = await jobOf(jobId);
    while ((await stage.client.getBlockNumber()) <= created + BigInt(params.acceptEpochs)) await sleep(500);
  }
}
