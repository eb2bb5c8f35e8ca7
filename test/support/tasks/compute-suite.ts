import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSpec, getStake, hashPiece, inputsTree, jobCost, specCid, specDigest } from "@holdfast/sdk";
import { rawCidOf } from "@holdfast/sdk/node";
import { expect } from "chai";
import { parseEther, zeroAddress, zeroHash } from "viem";
import { type ComputeSetting, GUESTS, type LocalRun, TASKS, TEXT, WINDOWS } from "./compute-setting.ts";

/** Told of in tasks/compute.test.ts. */
export function computeSuite(setting: ComputeSetting): void {
  const { stage, usdfc, escrow, registry, challenger, node, operator, keyOf, failing, post, jobOf } = setting;
  const { tokens, give } = setting;

  describe("compute lint", () => {
    it("says what a module is fit for, and by the exit code whether nodes run it", async () => {
      const strict = await stage.tasks.json(["compute", "lint", join(GUESTS, "word-count/word-count.wasm")]);
      expect(strict).to.include({ verdict: "strict" });
      const loose = await stage.tasks.json<{ verdict: string; findings: { where: string; next: string }[] }>([
        ...["compute", "lint", join(GUESTS, "test/entropy/entropy.wasm")],
      ]);
      expect(loose.verdict).to.equal("loose");
      expect(loose.findings.map(({ where }) => where).join()).to.contain("random_get");
      const { code, stdout } = await stage.tasks.run(["compute", "lint", join(setting.folder, "words.txt")]);
      expect(code).to.equal(1);
      expect(stdout)
        .to.contain("refused: no node runs it")
        .and.to.match(/what to do +\S/);
      expect(
        (await failing(["compute", "lint", join(setting.folder, "nothing.wasm")], 3)).message,
      ).to.contain("ENOENT");
    });
  });

  describe("compute run", () => {
    it("prints exit, files and roots, the same each time, without a chain", async () => {
      const env = { HOLDFAST_DEVNET_RPC_URL: "http://127.0.0.1:9" };
      const results = join(setting.folder, "results");
      setting.local = await stage.tasks.json<LocalRun>(
        ["compute", "run", setting.specPath, "--out", results],
        { env },
      );
      expect(setting.local.spec).to.equal(specCid(setting.spec));
      expect(setting.local.tasks.map(({ task }) => task)).to.deep.equal([0, 1, 2, 3, 4, 5]);
      for (const { shards, dataCid } of setting.local.tasks) {
        const [{ exit, files }] = shards as [LocalRun["tasks"][0]["shards"][0]];
        expect([exit, ...files.map(({ path }) => path)]).to.deep.equal([0, "outputs/words.tsv", "stdout"]);
        setting.served.set(dataCid, Uint8Array.from(await readFile(join(results, dataCid))));
      }
      const again = await stage.tasks.json<LocalRun>(["compute", "run", setting.specPath, "--tasks", "1-2"], {
        env,
      });
      expect(again.tasks).to.deep.equal(setting.local.tasks.slice(1, 3));
      const { stdout } = await stage.tasks.run(["compute", "run", setting.specPath, "--tasks", "0"], { env });
      expect(stdout)
        .to.contain(setting.local.tasks[0]!.root)
        .and.to.contain(setting.local.tasks[0]!.shards[0]!.files[0]!.sha256);
    });

    it("refuses what the linter refuses, and files that are not the spec's", async () => {
      const entropy = await readFile(join(GUESTS, "test/entropy/entropy.wasm"));
      const path = join(setting.folder, "loose.json");
      await writeFile(join(setting.folder, "entropy.wasm"), entropy);
      await writeFile(
        path,
        JSON.stringify({ ...setting.spec, module: { cid: rawCidOf(entropy), name: "entropy.wasm" } }),
      );
      const refused = await failing(["compute", "run", path], 1);
      expect(refused.message)
        .to.match(/^entropy\.wasm is refused at import wasi_snapshot_preview1\.clock_time_get/)
        .and.contain("strict spec");
      expect(refused.next).to.match(/^npx hardhat compute lint /);
      expect(await failing(post(path), 1)).to.deep.equal(refused);
      const missing = await failing(["compute", "run", setting.specPath, "--files", stage.tasks.home], 3);
      expect(missing.message).to.match(/^No file in .* has the bytes of main\.wasm \(bafkrei/);
      await writeFile(path, JSON.stringify({ ...setting.spec, entrypoint: "main" }));
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
      const { endpoint } = setting;
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
      const bare = ["compute", "job", "post", setting.specPath];
      expect((await failing([...bare, "--fallback", challenger().address], 3)).next).to.contain("--price");
      expect((await failing([...bare, "--price", "1"], 3)).next).to.contain("--fallback");
      const poor = await failing([...post(setting.specPath), "--token", "USDFC", ...keyOf(challenger())], 3);
      expect(poor.message).to.match(/^You need 4\.5 USDFC to post it, and have 0 USDFC\.$/);
      const lie = await failing(post(setting.specPath, "--stake", "1"), 1);
      expect(lie.message).to.contain("stake");
      for (const wrong of [
        ["--mode", "guess"],
        ["--quorum", "2of3"],
        ["--mode", "attested"],
        ["--local", "9"],
        ["--coordinator", challenger().address],
        ["--holdback", "1d"],
      ]) {
        expect((await failing(post(setting.specPath, ...wrong), 3)).next, wrong.join(" ")).to.match(
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
        }>([...[...post(setting.specPath, ...more), "--dry-run"]]);
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
      const published = join(setting.folder, "published");
      const { code, stdout } = await stage.tasks.run([...post(setting.specPath, ...WINDOWS), "--dry-run"]);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^locked now +4\.5 FIL; /m);
      expect(stdout).to.match(/^FIL that goes with it +4\.5 FIL$/m);
      expect(stdout).to.match(/^a worker stakes +3 FIL a slot$/m);
      expect(stdout).to.match(/^accepted by +epoch [\d,]+ ~ \d{4}-\d\d-\d\d \d\d:\d\d, in /m);
      expect(existsSync(published)).to.equal(false);
      const told = await stage.dryThenWet<{ job: string; specCid: string }>(
        post(setting.specPath, ...WINDOWS, "--publish", published),
      );
      expect(told).to.include({ job: "1", specCid: specCid(setting.spec) });
      expect(
        Buffer.compare(await readFile(join(published, told.specCid)), encodeSpec(setting.spec)),
      ).to.equal(0);
      expect(await readFile(join(published, setting.spec.inputs[0]!.cid), "utf8")).to.equal(TEXT);
      const { params } = await jobOf(1n);
      expect(params).to.include({ specDigest: specDigest(setting.spec), tasks: TASKS, token: zeroAddress });
      expect(await stage.client.getBalance(escrow())).to.equal(jobCost(params));
    });

    it("posts in a token by permit", async () => {
      const told = await stage.dryThenWet<{ job: string }>(
        post(setting.specPath, ...WINDOWS, "--token", "USDFC"),
      );
      expect(told.job).to.equal("2");
      const { params } = await jobOf(2n);
      expect(params.token).to.equal(usdfc());
      expect(await tokens(escrow().address)).to.equal(jobCost(params));
    });
  });
}
